import { Command, CommanderError } from 'commander';
import { codeOf } from '../base/errors.js';
import { registerAnalyze } from './commands/analyze.js';
import { registerApply } from './commands/apply.js';
import type { RegisterCommand } from './commands/command.js';
import { registerConsole } from './commands/console.js';
import { registerConvert } from './commands/convert.js';
import { registerCreate } from './commands/create.js';
import { registerDelete } from './commands/delete.js';
import { registerDescribe } from './commands/describe.js';
import { registerDown } from './commands/down.js';
import { registerExplain } from './commands/explain.js';
import { registerGet } from './commands/get.js';
import { registerImage } from './commands/image/index.js';
import { registerKubeInject } from './commands/kube-inject.js';
import { registerLoad } from './commands/load.js';
import { registerNode } from './commands/node.js';
import { registerProxy } from './commands/proxy.js';
import { registerProxyConfig } from './commands/proxy-config.js';
import { registerProxyStatus } from './commands/proxy-status.js';
import { registerReplace } from './commands/replace.js';
import { registerShell } from './commands/shell.js';
import { registerStatus } from './commands/status.js';
import { registerTest } from './commands/test.js';
import { registerUp } from './commands/up.js';
import { registerValidate } from './commands/validate.js';
import { registerVersion } from './commands/version.js';
import { withWaitTime } from './commands/wait-option.js';
import type { CliDependencies } from './dependencies.js';
import { describeFailure, EXIT_FAILURE, EXIT_USAGE } from './errors.js';

export type { CliDependencies } from './dependencies.js';
export type { ImageBuildOptions, ImageCommands, ImageSummary } from './image-commands.js';
export type { DriverChoice, MeshLauncher, MeshStatus, RunningMesh, UpOptions } from './launcher.js';

/** In the order of the help. */
const COMMANDS: readonly RegisterCommand[] = [
  registerUp,
  registerDown,
  registerStatus,
  registerConsole,
  registerShell,
  registerKubeInject,
  registerApply,
  registerCreate,
  registerReplace,
  registerGet,
  registerDelete,
  registerConvert,
  registerAnalyze,
  registerValidate,
  registerExplain,
  registerTest,
  registerLoad,
  registerProxyStatus,
  registerProxyConfig,
  registerDescribe,
  registerImage,
  registerNode,
  registerProxy,
  registerVersion,
];

/**
 * Runs one command line.
 * @param args without interpreter and script
 * @returns the exit code: 0, 1 for a failure, 2 for a wrong command line, or what the command's own process ended with
 */
export async function runCli(args: readonly string[], dependencies: CliDependencies): Promise<number> {
  const program = buildProgram(dependencies);
  const before = process.exitCode;
  dependencies.stdout.on('error', ignoreClosedPipe);
  try {
    process.exitCode = 0;
    await program.parseAsync(withWaitTime(args), { from: 'user' });
    return Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    dependencies.stderr.write(describeFailure(error));
    return EXIT_FAILURE;
  } finally {
    process.exitCode = before;
  }
}

function buildProgram(dependencies: CliDependencies): Command {
  const { stdout, stderr, version } = dependencies;
  const program = new Command('trysail')
    .description('A service mesh on one machine: Kubernetes resources, Istio rules, Envoy-compatible proxies.')
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) });
  for (const register of COMMANDS) register(program, dependencies);
  throwInsteadOfExit(program);
  return program;
}

/** `trysail get … | head` has read enough. */
function ignoreClosedPipe(error: Error): void {
  if (codeOf(error) !== 'EPIPE') throw error;
}

/** commander ends the process by default; a subcommand does not inherit what its parent was told. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}
