import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../base/errors.js';
import {
  addAddress,
  addRoute,
  type CaptureSpec,
  captureRules,
  changeRoute,
  createBridge,
  createVeth,
  LOOPBACK_INDEX,
  makeNetlinkDescriptor,
  NetlinkFamily,
  type NetlinkMessage,
  NetlinkSocket,
  openOwnNamespace,
  pinOwnNamespace,
  type ServiceCaptureSpec,
  type ServiceRoute,
  serviceRules,
  setHostname,
  setLinkUp,
  setSysctl,
  unshareNamespaces,
} from '../../../native/index.js';

/** The bridge's index in the mesh's network and the pod's own link's in the pod's: fixed, so that one batch can name them. */
const BRIDGE_INDEX = 2;
const POD_LINK_INDEX = 2;
/** A pod's namespaces, as files of these names. */
export const POD_NAMESPACES = ['net', 'uts', 'ipc'] as const;

export interface MeshRequest {
  readonly folder: string;
  readonly gateway: string;
  readonly prefixLength: number;
  /** Further addresses, such as the name server's. */
  readonly addresses: readonly string[];
}

export interface PodRequest {
  readonly folder: string;
  readonly hostname: string;
  readonly address: string;
  readonly gateway: string;
  readonly prefixLength: number;
  /** The bridge's end of the pod's link. */
  readonly linkName: string;
  /** Of a pod with a sidecar. */
  readonly capture?: CaptureSpec;
  /** What it reaches by rules of the kernel: of a pod without a sidecar all services, of one with it those of UDP. */
  readonly services: { readonly capture: ServiceCaptureSpec; readonly routes: readonly ServiceRoute[] };
}

export interface PodResult {
  /** Why the pod cannot reach services: a kernel may lack what the rules need. */
  readonly servicesError?: string;
}

export interface ServicesRequest {
  /** Pods: file of the network, and address. */
  readonly pods: readonly { readonly path: string; readonly podIP: string }[];
  readonly changes: readonly RouteChange[];
}

export interface RouteChange {
  readonly route: ServiceRoute;
  /** Whether the pods have elements of it already. */
  readonly before: boolean;
}

/**
 * Makes networks on a worker thread. Each method leaves the thread in the network that it made; the caller takes it home.
 */
export class NetworkMaker {
  private mesh: NetlinkSocket | undefined;

  createMesh(request: MeshRequest): void {
    unshareNamespaces(['net']);
    mkdirSync(request.folder, { recursive: true });
    quietIpv6();
    const mesh = routeSocket();
    mesh.transact([
      setLinkUp(LOOPBACK_INDEX),
      createBridge('mesh0', BRIDGE_INDEX, request.gateway),
      addAddress(BRIDGE_INDEX, request.gateway, request.prefixLength),
      ...request.addresses.map((address) => addAddress(BRIDGE_INDEX, address, 32)),
    ]);
    pinOwnNamespace('net', join(request.folder, 'net'));
    this.mesh = mesh;
  }

  createPod(request: PodRequest): PodResult {
    unshareNamespaces(POD_NAMESPACES);
    setHostname(request.hostname);
    quietIpv6();
    // A program that is not root may serve port 80, as under Kubernetes' usual runtimes.
    setSysctl('net/ipv4/ip_unprivileged_port_start', '0');
    this.connectToBridge(request);
    withSocket(routeSocket(), [
      setLinkUp(LOOPBACK_INDEX),
      setLinkUp(POD_LINK_INDEX),
      addAddress(POD_LINK_INDEX, request.address, request.prefixLength),
      addRoute({ gateway: request.gateway, link: POD_LINK_INDEX }),
    ]);
    if (request.capture) withSocket(filterSocket(), captureRules(request.capture));
    const servicesError = serve(request.services, request.address);
    mkdirSync(request.folder, { recursive: true });
    for (const kind of POD_NAMESPACES) pinOwnNamespace(kind, join(request.folder, kind));
    return servicesError === undefined ? {} : { servicesError };
  }

  private connectToBridge(request: PodRequest): void {
    const namespace = openOwnNamespace('net');
    try {
      const peer = { name: 'eth0', index: POD_LINK_INDEX, namespace, ip: request.address };
      this.mesh?.transact([createVeth({ name: request.linkName, master: BRIDGE_INDEX, peer })]);
    } finally {
      closeSync(namespace);
    }
  }
}

function routeSocket(): NetlinkSocket {
  return new NetlinkSocket(makeNetlinkDescriptor(NetlinkFamily.ROUTE));
}

/** @returns why not */
function serve({ capture, routes }: PodRequest['services'], podIP: string): string | undefined {
  try {
    withSocket(filterSocket(), serviceRules(capture));
    changeServices(
      podIP,
      routes.map((route) => ({ route, before: false })),
    );
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** In the pod's network: its services changed. */
export function changeServices(podIP: string, changes: readonly RouteChange[]): void {
  const socket = filterSocket();
  try {
    for (const { route, before } of changes) socket.transact(changeRoute(route, podIP, before));
  } finally {
    socket.close();
  }
}

function filterSocket(): NetlinkSocket {
  return new NetlinkSocket(makeNetlinkDescriptor(NetlinkFamily.NETFILTER));
}

function withSocket(socket: NetlinkSocket, messages: readonly NetlinkMessage[]): void {
  try {
    socket.transact(messages);
  } finally {
    socket.close();
  }
}

/** Links to come get no IPv6 of their own, whose discovery wakes every pod; `::1` on `lo` stays. */
function quietIpv6(): void {
  try {
    setSysctl('net/ipv6/conf/default/disable_ipv6', '1');
  } catch {
    // A kernel without IPv6.
  }
}
