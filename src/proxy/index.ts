export { TextBuffer } from './access-log/text-buffer.js';
export { AdminServer } from './admin/admin-server.js';
export { type LoadedBootstrap, loadBootstrap } from './config/bootstrap.js';
export type { ConfigConsumer, ConfigStream } from './config/config-stream.js';
export { XdsConfigStream } from './config/xds-config-stream.js';
export type { NodeIdentity } from './context.js';
export { ConfigError, ProxyError } from './errors.js';
export { LogicalProxy, type LogicalProxyOptions } from './logical-proxy.js';
export {
  type BoundListener,
  type ConnectOptions,
  HostSockets,
  type ListenOptions,
  type SocketAddress,
  type SocketFactory,
} from './network.js';
export { ProxyServer, type ProxyServerOptions } from './proxy-server.js';
export { LinkNetwork } from './transport/link/link-network.js';
export { LinkedSockets } from './transport/link/linked-sockets.js';
