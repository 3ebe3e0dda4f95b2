import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.js';
import type { ProxyContext } from '../context.js';

/** Does something for one connection: an error of ours ends it, and reaches no other. */
export function contain({ logger, stats }: ProxyContext, socket: Socket, action: () => void): void {
  try {
    action();
  } catch (error) {
    stats.counter('listener_manager.connection_threw').inc();
    logger.error('a connection ended by an error of the proxy', { error: messageOf(error) });
    socket.destroy();
  }
}
