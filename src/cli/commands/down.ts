import { meshName } from '../state-paths.js';
import type { RegisterCommand } from './command.js';

export const registerDown: RegisterCommand = (program, { launcher, env, stdout, stderr }) => {
  program
    .command('down')
    .description('end the mesh and everything that runs in it; what it stores stays')
    .option('--name <name>', 'which mesh')
    .addHelpText('after', '\nExample:\n  trysail down')
    .action(async (options: { name?: string }) => {
      const name = meshName(options.name, env);
      const ran = await launcher.down(name, (line) => void stderr.write(`${line}\n`));
      // As with other things that are to be gone: that it was already is no failure.
      stdout.write(ran ? `The mesh "${name}" has ended.\n` : `The mesh "${name}" does not run.\n`);
    });
};
