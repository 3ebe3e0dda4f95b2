import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { codeOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { readIfPresent, writePrivateFile } from '../../identity/private-files.js';
import { RegistryServer } from '../../runtime/images/registry/registry-server.js';
import { freePort } from './ports.js';

const USUAL_PORT = 5000;
const LOOPBACK = '127.0.0.1';
const PASSWORD_BYTES = 24;
const TRIES_MAX = 3;

export interface StartRegistryOptions {
  /** Absent: the usual one, or another where that is taken; 0: any free one. */
  readonly port: number | undefined;
  readonly imagesDir: string;
  /** Made where missing, so that who was logged in stays so when the mesh starts anew. */
  readonly passwordFile: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly progress: (line: string) => void;
}

/** @returns its address as images name it, `127.0.0.1:5000`, and how to end it */
export async function startRegistry(
  options: StartRegistryOptions,
): Promise<{ address: string; stop: () => Promise<void> }> {
  const { imagesDir, clock, logger } = options;
  const server = new RegistryServer({ dir: imagesDir, password: passwordIn(options.passwordFile), clock, logger });
  const port = await listen(server, options);
  return { address: `${LOOPBACK}:${port}`, stop: () => server.close() };
}

async function listen(server: RegistryServer, { port, progress }: StartRegistryOptions): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await server.listen(await freePort('registry', port, USUAL_PORT, progress));
    } catch (error) {
      // Another took it between the look and the use.
      if (codeOf(error) !== 'EADDRINUSE' || tries >= TRIES_MAX) throw error;
    }
  }
}

function passwordIn(file: string): string {
  const stored = readIfPresent(file)?.trim();
  if (stored) return stored;
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  writePrivateFile(file, password);
  return password;
}
