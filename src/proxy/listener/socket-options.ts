import type { Socket } from 'node:net';
import type { SocketOption } from '../../xds/types/gen/envoy/config/core/v3/socket_option_pb.js';
import { ConfigError } from '../errors.js';

/** Linux's numbers of what Node can set on a connection. */
const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 4;

/** Sets the options of a listener on each connection that it takes, which on Linux would inherit them. @throws ConfigError */
export function compileSocketOptions(
  options: readonly SocketOption[],
  path: string,
): ((socket: Socket) => void) | undefined {
  if (options.length === 0) return undefined;
  let keepAlive: boolean | undefined;
  let idle_ms: number | undefined;
  let noDelay: boolean | undefined;
  options.forEach((option, i) => {
    const value = option.value.case === 'intValue' ? Number(option.value.value) : undefined;
    const key = `${option.level}/${option.name}`;
    if (value !== undefined && key === `${SOL_SOCKET}/${SO_KEEPALIVE}`) keepAlive = value !== 0;
    else if (value !== undefined && key === `${IPPROTO_TCP}/${TCP_KEEPIDLE}`) idle_ms = value * 1000;
    else if (value !== undefined && key === `${IPPROTO_TCP}/${TCP_NODELAY}`) noDelay = value !== 0;
    else throw new ConfigError(`${path}[${i}]`, 'only SO_KEEPALIVE, TCP_KEEPIDLE and TCP_NODELAY are supported');
  });
  return (socket) => {
    if (keepAlive !== undefined) socket.setKeepAlive(keepAlive, idle_ms ?? 0);
    if (noDelay !== undefined) socket.setNoDelay(noDelay);
  };
}
