import { InvalidArgumentError, Option } from 'commander';
import type { ProxyOptions } from '../dependencies.js';
import type { RegisterCommand } from './command.js';

export const registerProxy: RegisterCommand = (program, { proxy }) => {
  program
    .command('proxy')
    .description('run a proxy by itself, configured by a bootstrap file as Envoy is')
    .option('-c, --config-path <file>', 'bootstrap, YAML or JSON')
    .option('--config-yaml <yaml>', 'more of the bootstrap, merged into that of the file')
    .addOption(
      new Option('--mode <mode>', 'serve, or only check the configuration')
        .choices(['serve', 'validate'])
        .default('serve'),
    )
    .option('--service-node <id>', 'id of the node; goes before the bootstrap’s')
    .option('--service-cluster <name>', 'cluster of the node; goes before the bootstrap’s')
    .option('--service-zone <name>', 'zone of the node; goes before the bootstrap’s')
    .option('--drain-time-s <seconds>', 'how long connections of a listener that is gone may stay', parseSeconds, 600)
    .addOption(
      new Option('--drain-strategy <strategy>', 'which answers end their connections while a listener drains')
        .choices(['gradual', 'immediate'])
        .default('gradual'),
    )
    .addHelpText('after', '\nExample:\n  trysail proxy -c envoy.yaml')
    .action(async (options: ProxyOptions) => {
      process.exitCode = await proxy(options);
    });
};

function parseSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('A number of seconds is needed.');
  return Number(text);
}
