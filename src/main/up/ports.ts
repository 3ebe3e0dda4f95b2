import { createServer } from 'node:net';
import { codeOf, TrysailError } from '../../base/errors.js';

const LOOPBACK = '127.0.0.1';

/**
 * A free loopback port.
 * @param wanted what the user asked for; 0: any; absent: `usual`, or where that is taken any other
 * @throws TrysailError PORT_IN_USE, PORT_FORBIDDEN
 */
export async function freePort(
  what: string,
  wanted: number | undefined,
  usual: number,
  taken: (line: string) => void,
): Promise<number> {
  if (wanted !== undefined) return tryPort(what, wanted);
  try {
    return await tryPort(what, usual);
  } catch {
    const port = await tryPort(what, 0);
    taken(`Port ${usual} is in use, so the ${what} takes ${port}.`);
    return port;
  }
}

function tryPort(what: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(portError(what, port, error)));
    probe.listen(port, LOOPBACK, () => {
      const address = probe.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      probe.close(() => resolve(bound));
    });
  });
}

function portError(what: string, port: number, error: Error): TrysailError {
  if (codeOf(error) === 'EACCES') {
    return new TrysailError('PORT_FORBIDDEN', `port ${port} for the ${what} needs root`, 'Choose one above 1023.');
  }
  return new TrysailError(
    'PORT_IN_USE',
    `port ${port} for the ${what} is in use`,
    'Choose another, or 0 for any free one.',
  );
}
