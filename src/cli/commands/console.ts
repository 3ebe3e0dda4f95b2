import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_TOKEN_FILE, meshName } from '../state-paths.js';
import type { RegisterCommand } from './command.js';
import { notRunning } from './status.js';

export const registerConsole: RegisterCommand = (program, { launcher, env, stdout }) => {
  program
    .command('console')
    .description('print a link that opens the console, a page that shows the mesh live')
    .option('--name <name>', 'which mesh')
    .addHelpText('after', '\nExample:\n  xdg-open "$(trysail console)"')
    .action(async (options: { name?: string }) => {
      const name = meshName(options.name, env);
      const status = await launcher.status(name);
      if (status === undefined) throw notRunning(name);
      const token = readFileSync(join(status.stateFolder, CONSOLE_TOKEN_FILE), 'utf8');
      stdout.write(`${status.console}/?token=${token}\n`);
    });
};
