import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { messageOf } from '../../base/errors.js';
import type { CliDependencies } from '../dependencies.js';
import {
  DRIVER_CHOICES,
  type DriverChoice,
  type MeshStatus,
  OUTBOUND_TRAFFIC_POLICIES,
  type OutboundTrafficPolicy,
  type RunningMesh,
  type UpOptions,
} from '../launcher.js';
import { welcome } from '../screen.js';
import { meshName } from '../state-paths.js';
import type { RegisterCommand } from './command.js';

/** What shells report of a program that Ctrl-C ended. */
const INTERRUPTED = 130;
/** They share one machine. */
const NODES_MAX = 10;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Flags {
  readonly tutorial?: boolean;
  readonly example?: string;
  readonly driver: DriverChoice;
  readonly name?: string;
  readonly ingressPort?: number;
  readonly apiPort?: number;
  readonly registryPort?: number;
  readonly ephemeral?: boolean;
  readonly rbac?: boolean;
  readonly audit?: string;
  readonly nodes?: number;
  readonly outboundTrafficPolicy?: OutboundTrafficPolicy;
  readonly detach?: boolean;
}

export const registerUp: RegisterCommand = (program, dependencies) => {
  program
    .command('up')
    .description('start a mesh on this machine')
    .addOption(
      new Option('--example <name>', 'with an example of examples/ deployed in it: tutorial, bookinfo').conflicts(
        'tutorial',
      ),
    )
    .option('--tutorial', 'the same as --example tutorial')
    .addOption(new Option('--driver <driver>', 'how pods get their network').choices(DRIVER_CHOICES).default('auto'))
    .option('--name <name>', 'name, to run several; their ports must differ')
    .option('--ingress-port <port>', 'port of the ingress; 0 takes a free one', parsePort)
    .option('--api-port <port>', 'port of the API server; 0 takes a free one', parsePort)
    .option('--registry-port <port>', 'port of the image registry; 0 takes a free one', parsePort)
    .option('--nodes <count>', 'how many nodes, in three zones', parseNodes)
    .option('--ephemeral', 'keep nothing when the mesh ends')
    .option('--rbac', 'let roles and bindings decide who may do what; the kubeconfig of the mesh may everything')
    .option('--audit <file>', 'record each call of the API there: who did what, as JSON lines of audit.k8s.io/v1')
    .addOption(
      new Option(
        '--outbound-traffic-policy <policy>',
        'what becomes of calls of hosts that the mesh does not know',
      ).choices(OUTBOUND_TRAFFIC_POLICIES),
    )
    .option('-d, --detach', 'return when the mesh is ready, and let it run')
    .addHelpText(
      'after',
      '\nExamples:\n  trysail up --tutorial\n  trysail up --example bookinfo\n  trysail up --detach --driver process --ingress-port 0',
    )
    .action((flags: Flags) => up(flags, dependencies));
};

async function up(flags: Flags, { launcher, env, stdout, stderr }: CliDependencies): Promise<void> {
  const started_ms = performance.now();
  const options = upOptions(flags, env);
  const progress = (line: string): void => void stderr.write(`${line}\n`);
  const greet = (status: MeshStatus, end: string): void => {
    stdout.write(`${welcome(status, (performance.now() - started_ms) / 1_000, 'npx trysail')}\n${end}\n`);
  };
  if (flags.detach) {
    greet(await launcher.upDetached(options, progress), 'It runs until `npx trysail down`.');
    return;
  }
  let mesh: RunningMesh | undefined;
  const starting = new AbortController();
  // Before the start, and at each signal: a mesh that is killed half made or half ended would leave its processes behind.
  const end = (): void => {
    if (starting.signal.aborted) return;
    progress('Ending the mesh …');
    starting.abort();
    mesh?.stop().catch((error: unknown) => progress(`The end of the mesh failed: ${messageOf(error)}`));
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    mesh = await launcher.up(options, progress, starting.signal);
    greet(mesh.status, 'Ctrl-C ends it.');
    process.exitCode = await mesh.ended;
  } catch (error) {
    if (!starting.signal.aborted) throw error;
    process.exitCode = INTERRUPTED;
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
  }
}

function upOptions(flags: Flags, env: NodeJS.ProcessEnv): UpOptions {
  return {
    name: meshName(flags.name, env),
    driver: flags.driver,
    ephemeral: flags.ephemeral ?? false,
    ...(flags.rbac && { rbac: true }),
    ...(flags.audit !== undefined && { audit: resolve(flags.audit) }),
    ...(flags.nodes !== undefined && { nodes: flags.nodes }),
    ...(flags.outboundTrafficPolicy && { outboundTrafficPolicy: flags.outboundTrafficPolicy }),
    ...(flags.tutorial && { example: 'tutorial' }),
    ...(flags.example !== undefined && { example: flags.example }),
    ...(flags.ingressPort !== undefined && { ingressPort: flags.ingressPort }),
    ...(flags.apiPort !== undefined && { apiPort: flags.apiPort }),
    ...(flags.registryPort !== undefined && { registryPort: flags.registryPort }),
  };
}

function parseNodes(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > NODES_MAX) {
    throw new InvalidArgumentError(`Use a number from 1 to ${NODES_MAX}.`);
  }
  return count;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Use a number from 0 to 65535.');
  return port;
}
