import { networkInterfaces } from 'node:os';

let machine: string | undefined;

/** The machine's first IPv4 address that is not loopback, as requests of the proxy itself name it; asked once. */
export function machineAddress(): string {
  if (machine === undefined) {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    machine = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
  }
  return machine;
}
