/**
 * Linux calls that Node does not have: namespaces, sockets in other networks, netlink, nf_tables, mounts, pseudoterminals. Importing
 * it loads nothing native; the first call does, and fails with UNSUPPORTED_SYSTEM on other systems.
 */
export { Ipv4Range } from './address.js';
export { NativeError } from './errors.js';
export { raiseOpenFileLimit } from './limits.js';
export { bindTree, changeRoot, MountFlag, mount, setReadOnly, setTreeReadOnly, unmount } from './mounts.js';
export {
  enterNamespace,
  type NamespaceKind,
  openOwnNamespace,
  pinOwnNamespace,
  returnToNamespaces,
  setHostname,
  setSysctl,
  unpinNamespace,
  unshareFilesystemState,
  unshareNamespaces,
} from './namespaces.js';
export { createBridge, createVeth, LOOPBACK_INDEX, setLinkUp, type VethSpec } from './netlink/links.js';
export type { NetlinkMessage } from './netlink/message.js';
export { addAddress, addRoute, type RouteSpec } from './netlink/routes.js';
export { makeNetlinkDescriptor, NetlinkFamily, NetlinkSocket } from './netlink/socket.js';
export { type CaptureSpec, captureRules } from './nftables/capture.js';
export { changeRoute, type ServiceCaptureSpec, type ServiceRoute, serviceRules } from './nftables/services.js';
export { makePipe, type PipeEnds } from './pipes.js';
export {
  type PodConnectOptions,
  type PodListener,
  type PodListenOptions,
  PodSocketFactory,
  PodSockets,
  type PodSocketsOptions,
} from './pod-sockets.js';
export { openPseudoterminal, type Pseudoterminal, resizeTerminal } from './pty.js';
export {
  closeDescriptor,
  makeSocket,
  type OriginalDestination,
  originalDestination,
  type SocketSpec,
} from './sockets.js';
export { NativeThread } from './thread/native-thread.js';
export { emitEvent, serveOperations } from './thread/serve.js';
export { SocketOperations, type SocketsRequest } from './thread/socket-operations.js';
