import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentCommand } from './agent-command.js';
import type { ProbeFailure } from './probe.js';

/** Whether this machine, for this user, can run the netns driver. */
export type Detection =
  | { readonly ok: true; readonly mode: 'root' | 'rootless' }
  | { readonly ok: false; readonly reason: string; readonly fix: string };

/** Everything of util-linux that the driver starts. */
const PROGRAMS = ['unshare', 'setsid'];
const PROBE_TIMEOUT_MS = 5000;

/**
 * Tries it: makes what a pod needs under {@link agentCommand} and lets it vanish. About 0.1 s.
 * @param uid of the caller
 */
export async function detect(uid = process.getuid?.() ?? 0): Promise<Detection> {
  const missing = missingPrerequisite();
  if (missing) return missing;
  const failure = await probe(uid);
  return failure ?? { ok: true, mode: uid === 0 ? 'root' : 'rootless' };
}

function no(reason: string, fix: string): Detection {
  return { ok: false, reason, fix };
}

function missingPrerequisite(): Detection | undefined {
  if (process.platform !== 'linux') {
    return no(`Network namespaces need Linux, this is ${process.platform}`, 'Use the process driver.');
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const absent = PROGRAMS.find((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return absent === undefined ? undefined : no(`The program "${absent}" is missing`, 'Install util-linux.');
}

function probe(uid: number): Promise<Detection | undefined> {
  const script = fileURLToPath(new URL('./probe.js', import.meta.url));
  const [program = '', ...args] = agentCommand([process.execPath, script], uid);
  return new Promise((resolve) => {
    execFile(program, args, { cwd: '/', timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      resolve(error === null ? undefined : explain(error, stdout, stderr, uid));
    });
  });
}

/** The probe tells its failure on stdout; without that, the wrapper could not even start it. */
function explain(error: ExecFileException, stdout: string, stderr: string, uid: number): Detection {
  const told = parseFailure(stdout);
  if (told) return no(told.message, fixOfStep(told));
  const words = stderr.trim().split('\n')[0] ?? '';
  const reason = error.killed ? `The probe did not end within ${PROBE_TIMEOUT_MS} ms` : words || error.message;
  return no(`Cannot make namespaces: ${reason}`, uid === 0 ? ROOT_FIX : rootlessFix());
}

function parseFailure(stdout: string): ProbeFailure | undefined {
  try {
    return JSON.parse(stdout) as ProbeFailure;
  } catch {
    return undefined;
  }
}

const ROOT_FIX = 'In a container, run it with --privileged (CAP_SYS_ADMIN, CAP_NET_ADMIN, no seccomp filter).';

function fixOfStep(failure: ProbeFailure): string {
  if (failure.code === 'EPERM') return ROOT_FIX;
  if (failure.code === 'ENOSYS') return 'Linux 5.12 or newer is needed.';
  switch (failure.step) {
    case 'capture':
      return 'Load the kernel modules nf_tables, nft_chain_nat and nft_redir (modprobe), or use a kernel that has them.';
    case 'link':
      return 'Load the kernel modules veth and bridge (modprobe), or use a kernel that has them.';
    default:
      return ROOT_FIX;
  }
}

/** The usual three switches, in the order in which they forbid it. */
function rootlessFix(): string {
  if (setting('user/max_user_namespaces') === '0') return 'As root: sysctl user.max_user_namespaces=65536';
  if (setting('kernel/unprivileged_userns_clone') === '0') return 'As root: sysctl kernel.unprivileged_userns_clone=1';
  if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return 'As root: sysctl kernel.apparmor_restrict_unprivileged_userns=0';
  }
  return 'Run it as root, or allow unprivileged user namespaces (in a container: --privileged).';
}

function setting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
