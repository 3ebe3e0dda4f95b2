import dgram from 'node:dgram';
import { once } from 'node:events';

/** Answers one DNS message (RFC 1035 wire form); undefined: no answer is sent. */
export type DnsAnswer = (query: Uint8Array) => Promise<Uint8Array | undefined>;

/** As Istio's agent: 53 needs privileges, and programs reach this one through the preload alone. */
export const POD_DNS_PORT = 15053;

/** The name server of one pod, on its own address. */
export class PodDns {
  private constructor(private readonly socket: dgram.Socket) {}

  static async open(address: string, answer: DnsAnswer): Promise<PodDns> {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (query, from) => {
      answer(query).then(
        (reply) => reply && socket.send(reply, from.port, from.address),
        // The asker falls back to the machine's resolver after its timeout.
        () => {},
      );
    });
    socket.bind(POD_DNS_PORT, address);
    await once(socket, 'listening');
    socket.on('error', () => {});
    socket.unref();
    return new PodDns(socket);
  }

  close(): void {
    this.socket.close();
  }
}
