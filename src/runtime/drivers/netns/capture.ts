import type { CaptureSpec } from '../../../native/index.js';

/** SO_MARK of the sidecars' own connections, as Istio's user id. */
export const PROXY_MARK = 1337;
/** Ports of the sidecar: Istio's, which people look for. */
const OUTBOUND_PORT = 15001;
export const INBOUND_PORT = 15006;
export const SIDECAR_PORTS = [15001, 15006, 15008, 15020, 15021, 15090];

/** @param excludedAddresses reached directly, such as the name server */
export function captureSpec(excludedAddresses: readonly string[]): CaptureSpec {
  return {
    outboundPort: OUTBOUND_PORT,
    inboundPort: INBOUND_PORT,
    sidecarPorts: SIDECAR_PORTS,
    mark: PROXY_MARK,
    excludedAddresses,
  };
}
