import { Socket } from 'node:net';

/** Connects a socket that was made in another network. */
export function connected(fd: number, host: string, port: number): Promise<Socket> {
  const options = { fd, manualStart: true, allowHalfOpen: true };
  const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.connect({ host, port }, () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}
