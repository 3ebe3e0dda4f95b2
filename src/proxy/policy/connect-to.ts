import { connect, type Socket } from 'node:net';

/** A connection that keeps no process alive. What goes wrong it says by `error`. @param hostPort `host:port`, `[::1]:port` */
export function connectTo(hostPort: string): Socket {
  const colon = hostPort.lastIndexOf(':');
  const host = hostPort.slice(0, colon).replace(/^\[|\]$/g, '');
  return connect({ host, port: Number(hostPort.slice(colon + 1)) }).unref();
}
