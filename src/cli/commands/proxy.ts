import type { RegisterCommand } from './command.js';

export const registerProxy: RegisterCommand = (program, { proxy }) => {
  program
    .command('proxy')
    .description('run a proxy by itself, configured by a bootstrap file as Envoy is')
    .requiredOption('-c, --config-path <file>', 'bootstrap, YAML or JSON')
    .addHelpText('after', '\nExample:\n  trysail proxy -c envoy.yaml')
    .action(async ({ configPath }: { configPath: string }) => {
      process.exitCode = await proxy(configPath);
    });
};
