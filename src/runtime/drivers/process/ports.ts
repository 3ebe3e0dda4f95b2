/** Listeners of the sidecar on the pod's address, as the compiler makes them for INTERCEPTION_MODE NONE; without one, the relay's. */
export const OUTBOUND_PORT = 15001;
export const HTTP_PROXY_PORT = 15080;
/** As Istio's agent: 53 needs privileges, and programs reach this one through the preload alone. */
export const POD_DNS_PORT = 15053;
