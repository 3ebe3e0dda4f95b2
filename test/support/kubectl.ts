import { spawnSync } from 'node:child_process';
import { type CommandResult, command } from './command.js';
import type { Mesh } from './mesh.js';

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** kubectl for one namespace of a mesh. */
export class Kubectl {
  readonly env: NodeJS.ProcessEnv;

  constructor(
    mesh: Mesh,
    private readonly namespace: string,
  ) {
    this.env = { ...mesh.env, KUBECONFIG: mesh.status.kubeconfig, HOME: mesh.folder };
  }

  /** Words as a shell splits them, with single quotes. */
  result(line: string, input?: string): Promise<CommandResult> {
    const words = (line.match(/(?:[^\s']+|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ''));
    return command('kubectl', ['-n', this.namespace, ...words], {
      env: this.env,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** What it prints; fails with it where it fails. */
  async ok(line: string, input?: string): Promise<string> {
    const { status, stdout, stderr } = await this.result(line, input);
    if (status !== 0) throw new Error(`kubectl ${line} failed with ${status}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** What it complains of. */
  async fails(line: string, input?: string): Promise<string> {
    const { status, stdout, stderr } = await this.result(line, input);
    if (status === 0) throw new Error(`kubectl ${line} should have failed\n${stdout}`);
    return stderr.trim();
  }
}

/** Waits until `check` returns something; its last error says what was missing. */
export async function eventually<T>(check: () => Promise<T>, within_ms = 15_000): Promise<T> {
  const deadline = Date.now() + within_ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
