import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  addAddress,
  addRoute,
  type CaptureSpec,
  captureRules,
  createBridge,
  createVeth,
  LOOPBACK_INDEX,
  makeNetlinkDescriptor,
  NetlinkFamily,
  type NetlinkMessage,
  NetlinkSocket,
  openOwnNamespace,
  pinOwnNamespace,
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
  readonly capture?: CaptureSpec;
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

  createPod(request: PodRequest): void {
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
    if (request.capture) {
      withSocket(new NetlinkSocket(makeNetlinkDescriptor(NetlinkFamily.NETFILTER)), captureRules(request.capture));
    }
    mkdirSync(request.folder, { recursive: true });
    for (const kind of POD_NAMESPACES) pinOwnNamespace(kind, join(request.folder, kind));
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
