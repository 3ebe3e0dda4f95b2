import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/**
 * The API server as pods reach it: at its service's address in the mesh's network. Bytes go on to the host, so that TLS and
 * credentials are between the program and the API server alone.
 * @param fd a listening socket of the mesh's network
 * @param server `https://127.0.0.1:6443`
 * @returns closes it
 */
export async function relayApi(fd: number, server: string): Promise<() => void> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  const relay = createServer({ allowHalfOpen: true }, (from) => {
    const to = connect({ host: hostname, port: Number(port || 443), allowHalfOpen: true });
    for (const socket of [from, to]) open.add(socket.once('close', () => open.delete(socket)));
    pipeline(from, to, () => {});
    pipeline(to, from, () => {});
  });
  relay.listen({ fd });
  await once(relay, 'listening');
  return () => {
    relay.close();
    for (const socket of open) socket.destroy();
  };
}
