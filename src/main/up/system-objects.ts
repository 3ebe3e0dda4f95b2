import type { KubeObject } from '../../resources/object.js';

/** Where the mesh keeps what is its own. */
export const SYSTEM_NAMESPACE = 'istio-system';
export const GATEWAY_NAME = 'istio-ingressgateway';
export const GATEWAY_HTTP_PORT = 80;
const GATEWAY_HTTPS_PORT = 443;
export const DNS_SERVICE_IP = '10.96.0.10';
export const API_SERVICE_IP = '10.96.0.1';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease', SYSTEM_NAMESPACE];

/** What a new mesh holds before its user adds anything; in the order in which it must be created. */
export function systemObjects(apiPort: number): KubeObject[] {
  return [...NAMESPACES.map(namespace), apiService(apiPort), dnsService()];
}

export interface GatewayOptions {
  /** Host address and port at which the ingress gateway is reached. */
  readonly ingress: { readonly address: string; readonly port: number };
  /** Image of the sidecar and the gateways. */
  readonly proxyImage: string;
}

/** The ingress gateway, which needs a node to run on. */
export function gatewayObjects(options: GatewayOptions): KubeObject[] {
  return [gatewayService(), gatewayDeployment(options)];
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function apiService(apiPort: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: API_SERVICE_IP,
      ports: [{ name: 'https', port: 443, targetPort: apiPort, protocol: 'TCP' }],
    },
  };
}

/** The node's agent answers at this address; the service makes it visible and keeps the address taken. */
function dnsService(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
    spec: {
      clusterIP: DNS_SERVICE_IP,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  };
}

const GATEWAY_LABELS = { app: GATEWAY_NAME, istio: 'ingressgateway' };

function gatewayService(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: GATEWAY_NAME, namespace: SYSTEM_NAMESPACE, labels: GATEWAY_LABELS },
    spec: {
      selector: GATEWAY_LABELS,
      ports: [
        { name: 'http2', port: GATEWAY_HTTP_PORT, targetPort: GATEWAY_HTTP_PORT },
        { name: 'https', port: GATEWAY_HTTPS_PORT, targetPort: GATEWAY_HTTPS_PORT },
      ],
    },
  };
}

function gatewayDeployment({ ingress, proxyImage }: GatewayOptions): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: GATEWAY_NAME, namespace: SYSTEM_NAMESPACE, labels: GATEWAY_LABELS },
    spec: {
      replicas: 1,
      // The host's port is one; a second pod could not have it.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: GATEWAY_LABELS },
      template: {
        metadata: { labels: GATEWAY_LABELS, annotations: { 'sidecar.istio.io/inject': 'false' } },
        spec: {
          containers: [
            {
              name: 'istio-proxy',
              image: proxyImage,
              args: ['proxy', 'router'],
              ports: [
                { name: 'http2', containerPort: GATEWAY_HTTP_PORT, hostIP: ingress.address, hostPort: ingress.port },
                { name: 'https', containerPort: GATEWAY_HTTPS_PORT },
              ],
            },
          ],
        },
      },
    },
  };
}
