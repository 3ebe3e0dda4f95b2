import net from 'node:net';
import { codeOf } from '../../../base/errors.js';
import { RuntimeError } from '../../errors.js';

/** Second octets that are tried, in pairs: 127.FIRST for pods and 127.FIRST+1 for their applications. */
const FIRST_OCTET_MIN = 64;
const FIRST_OCTET_MAX = 252;
/** A mesh holds this port on 127.N.0.1 for as long as it runs, so that the next one takes another N. */
const CLAIM_PORT = 15099;
/** Per octet: 127.N.0.2 to 127.N.255.254. */
const HOSTS_MAX = 0xfffe;

/** A share of 127.0.0.0/8 that no other mesh on this machine uses; a pod gets the same last octets in both halves. */
export class LoopbackRange {
  private readonly taken = new Set<number>();
  private last = 1;

  private constructor(
    private readonly claim: net.Server,
    private readonly octet: number,
  ) {}

  static async claim(): Promise<LoopbackRange> {
    for (let octet = FIRST_OCTET_MIN; octet <= FIRST_OCTET_MAX; octet += 2) {
      const server = await hold(`127.${octet}.0.1`);
      if (server) return new LoopbackRange(server, octet);
    }
    throw new RuntimeError(
      'NO_LOOPBACK_RANGE',
      `Cannot take loopback addresses for pods: all of 127.${FIRST_OCTET_MIN}.0.1 to 127.${FIRST_OCTET_MAX}.0.1 are in use`,
      'Stop another mesh on this machine with `trysail down`.',
    );
  }

  /** The mesh's own address, of no pod. */
  get base(): string {
    return `127.${this.octet}.0.1`;
  }

  allocate(): { readonly index: number; readonly podIP: string; readonly appIP: string } {
    if (this.taken.size >= HOSTS_MAX - 1) {
      throw new RuntimeError(
        'NO_POD_ADDRESS',
        `Cannot start a pod: all ${HOSTS_MAX - 1} loopback addresses are in use`,
      );
    }
    do {
      this.last = this.last >= HOSTS_MAX ? 2 : this.last + 1;
    } while (this.taken.has(this.last));
    this.taken.add(this.last);
    const host = `${this.last >> 8}.${this.last & 255}`;
    return { index: this.last, podIP: `127.${this.octet}.${host}`, appIP: `127.${this.octet + 1}.${host}` };
  }

  free(index: number): void {
    this.taken.delete(index);
  }

  release(): Promise<void> {
    this.claim.ref();
    return new Promise((resolve) => this.claim.close(() => resolve()));
  }
}

/** @returns undefined when someone else has the address */
function hold(address: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(unusable(address, error));
    });
    server.listen(CLAIM_PORT, address, () => {
      server.unref();
      resolve(server);
    });
  });
}

function unusable(address: string, cause: Error): RuntimeError {
  return new RuntimeError(
    'NO_LOOPBACK_ADDRESSES',
    `Cannot use the loopback address ${address}: ${cause.message}`,
    'The process driver gives each pod an address of its own in 127.0.0.0/8, which Linux has; on macOS and BSD only 127.0.0.1 ' +
      'exists until `ifconfig lo0 alias` adds more. Run the mesh on Linux, or in a Linux virtual machine or container.',
    { cause },
  );
}
