import { Option } from 'commander';
import { CliError } from '../errors.js';
import { meshName } from '../state-paths.js';
import type { RegisterCommand } from './command.js';

export const registerStatus: RegisterCommand = (program, { launcher, env, stdout }) => {
  program
    .command('status')
    .description('say whether the mesh runs, and its addresses')
    .option('--name <name>', 'which mesh')
    .addOption(new Option('-o, --output <format>', 'form of the output').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  export KUBECONFIG=$(trysail status -o json | jq -r .kubeconfig)')
    .action(async (options: { name?: string; output: 'text' | 'json' }) => {
      const name = meshName(options.name, env);
      const status = await launcher.status(name);
      if (status === undefined) throw notRunning(name);
      const { statusLines } = await import('../screen.js');
      stdout.write(options.output === 'json' ? `${JSON.stringify(status, undefined, 2)}\n` : statusLines(status));
    });
};

export function notRunning(name: string): CliError {
  return new CliError('NOT_RUNNING', `the mesh "${name}" does not run`, 'Start it with `trysail up`.');
}
