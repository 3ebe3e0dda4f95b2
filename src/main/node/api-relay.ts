import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

export interface ApiRelay {
  readonly address: AddressInfo;
  close(): void;
}

/**
 * The API server as pods reach it: at its service's address in the mesh's network. Bytes go on to the host, so that TLS and
 * credentials are between the program and the API server alone.
 * @param at a listening socket of the mesh's network, or where to make one
 * @param server `https://127.0.0.1:6443`
 */
export async function relayApi(at: { fd: number } | ListenOptions, server: string): Promise<ApiRelay> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  const relay = createServer({ allowHalfOpen: true }, (from) => {
    const to = connect({ host: hostname, port: Number(port || 443), allowHalfOpen: true });
    for (const socket of [from, to]) open.add(socket.once('close', () => open.delete(socket)));
    pipeline(from, to, () => {});
    pipeline(to, from, () => {});
  });
  relay.listen(at);
  await once(relay, 'listening');
  return {
    address: relay.address() as AddressInfo,
    close: () => {
      relay.close();
      for (const socket of open) socket.destroy();
    },
  };
}
