import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { agentCommand } from './agent-command.js';

const NOBODY = 65534;

/** As whom the tests run programs. */
export interface TestUser {
  readonly title: string;
  readonly uid: number;
  /** Words before a command. */
  readonly prefix: readonly string[];
}

/** Whoever runs the tests, and with root also an ordinary user. */
export function testUsers(): TestUser[] {
  const uid = process.getuid?.() ?? 0;
  const self = { title: uid === 0 ? 'as root' : 'rootless', uid, prefix: [] };
  if (uid !== 0) return [self];
  const become = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  return [self, { title: 'rootless', uid: NOBODY, prefix: become }];
}

/** Why this user cannot run the driver here, or false; for a test's `skip`. */
export function cannotMakeNamespaces(user: TestUser): string | false {
  if (process.platform !== 'linux') return 'needs Linux';
  const probe = fileURLToPath(new URL('./probe.js', import.meta.url));
  const [program = '', ...args] = [...user.prefix, ...agentCommand([process.execPath, probe], user.uid)];
  const result = spawnSync(program, args, { cwd: '/', encoding: 'utf8' });
  if (result.status === 0) return false;
  return `no namespaces for this user here: ${result.stdout || result.stderr || result.error?.message}`;
}

/** A folder of the user's that vanishes with the test. */
export function userFolder(t: TestContext, user: TestUser): string {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-netns-'));
  chownSync(folder, user.uid, user.uid);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a script as the agent is started. */
export function spawnAgent(user: TestUser, script: URL, args: readonly string[], folder: string) {
  const [program = '', ...rest] = [
    ...user.prefix,
    ...agentCommand([process.execPath, fileURLToPath(script), ...args], user.uid),
  ];
  return spawn(program, rest, { cwd: '/', env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder } });
}
