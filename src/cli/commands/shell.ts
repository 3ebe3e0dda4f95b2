import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { CliDependencies } from '../dependencies.js';
import type { MeshStatus } from '../launcher.js';
import { shellEnvironment } from '../shell/environment.js';
import { runShell } from '../shell/run.js';
import { findOnPath, writeShims } from '../shell/shims.js';
import { writeSiegerc } from '../shell/siegerc.js';
import { interactiveShell } from '../shell/startup.js';
import { meshName } from '../state-paths.js';
import type { RegisterCommand } from './command.js';
import { notRunning } from './status.js';

interface Flags {
  readonly command?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export const registerShell: RegisterCommand = (program, dependencies) => {
  program
    .command('shell')
    .description('a shell in which kubectl, istioctl, docker build and curl mean this mesh')
    .option('-c, --command <line>', 'run one line instead of an interactive shell')
    .option(
      '-n, --namespace <name>',
      'namespace of commands that do not say one; by default that of the example, if one runs',
    )
    .option('--name <name>', 'which mesh')
    .addHelpText('after', '\nExamples:\n  trysail shell --namespace shop\n  trysail shell -c "kubectl get pods"')
    .action(async (flags: Flags) => {
      const name = meshName(flags.name, dependencies.env);
      const status = await dependencies.launcher.status(name);
      if (status === undefined) throw notRunning(name);
      process.exitCode = await shell(flags, status, dependencies);
    });
};

async function shell(flags: Flags, status: MeshStatus, { env, self, stderr }: CliDependencies): Promise<number> {
  const parent = join(status.stateFolder, 'shells');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(parent, 'shell-'));
  try {
    const shims = join(folder, 'bin');
    mkdirSync(shims);
    writeShims(shims, self, env['PATH']);
    const kubeconfig = join(folder, 'kubeconfig');
    const own = await withNamespace(readFileSync(status.kubeconfig, 'utf8'), flags.namespace ?? status.namespace);
    writeFileSync(kubeconfig, own, { mode: 0o600 });
    const siegerc = writeSiegerc(folder, status.ingress, env);
    const inner = shellEnvironment(env, { status, shims, kubeconfig, siegerc });
    if (flags.command !== undefined) return await runShell({ ...lineShell(flags.command, env), env: inner });
    if (!findOnPath('kubectl', env['PATH']))
      stderr.write('note: there is no kubectl on the PATH; `trysail get|apply|delete` do without\n');
    const start = interactiveShell(env['SHELL'] || '/bin/sh', folder, shims, env);
    return await runShell({ ...start, env: { ...inner, ...start.env } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines of tutorials use bash's `<(…)`, whatever the user's own shell is. */
function lineShell(line: string, env: NodeJS.ProcessEnv): { file: string; args: string[] } {
  return { file: findOnPath('bash', env['PATH']) ?? '/bin/sh', args: ['-c', line] };
}

interface Contexts {
  contexts: { context: { namespace?: string } }[];
}

async function withNamespace(kubeconfig: string, namespace: string | undefined): Promise<string> {
  if (namespace === undefined) return kubeconfig;
  const config = parse(kubeconfig) as Contexts;
  for (const { context } of config.contexts) context.namespace = namespace;
  return stringify(config);
}
