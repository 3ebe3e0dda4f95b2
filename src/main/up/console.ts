import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { codeOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { readIfPresent, writePrivateFile } from '../../identity/private-files.js';
import type { OverviewSource } from '../../insight/console/overview.js';
import { loadPageFiles } from '../../insight/console/page-files.js';
import { ConsoleServer } from '../../insight/console/server.js';
import { packageRoot } from '../package-root.js';

const LOOPBACK = '127.0.0.1';
const USUAL_PORT = 8089;
const TOKEN_BYTES = 32;

export interface StartConsoleOptions {
  readonly source: OverviewSource;
  /** Made where missing, so that who was signed in stays so when the mesh starts anew. */
  readonly tokenFile: string;
  readonly logger: Logger;
  readonly progress: (line: string) => void;
}

/** @returns its URL, and how to end it */
export async function startConsole(options: StartConsoleOptions): Promise<{ url: string; stop: () => Promise<void> }> {
  const { source, logger, progress } = options;
  const files = loadPageFiles(join(packageRoot(), 'console'));
  const server = new ConsoleServer({ source, files, token: tokenIn(options.tokenFile), logger });
  const port = await listen(server, progress);
  return { url: `http://${LOOPBACK}:${port}`, stop: () => server.close() };
}

async function listen(server: ConsoleServer, progress: (line: string) => void): Promise<number> {
  try {
    return await server.listen(USUAL_PORT, LOOPBACK);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    const port = await server.listen(0, LOOPBACK);
    progress(`Port ${USUAL_PORT} is in use, so the console takes ${port}.`);
    return port;
  }
}

function tokenIn(file: string): string {
  const stored = readIfPresent(file);
  if (stored) return stored;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  writePrivateFile(file, token);
  return token;
}
