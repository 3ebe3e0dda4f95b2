import { CliError } from '../../errors.js';
import { json, type OutputFlags, outputOption, type RegisterImageCommand } from './shared.js';

export const registerMap: RegisterImageCommand = (image, open, { stdout, stderr }) => {
  image
    .command('map')
    .description("let this machine's file system stand for a base image; without a name, list those it stands for")
    .argument('[name]', 'as in FROM, with * for any characters: company/java-base*')
    .argument('[programs...]', 'what images on that base need of this machine: java')
    .option('--remove', 'no longer')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExamples:\n  trysail image map\n  trysail image map company/java-base java\n  trysail image map --remove company/java-base',
    )
    .action(
      async (name: string | undefined, programs: string[], { remove, output }: OutputFlags & { remove?: boolean }) => {
        const images = await open();
        if (name === undefined) {
          if (remove) throw new CliError('NAME_MISSING', '--remove needs the name of a mapped base image');
          const mappings = await images.mappings();
          if (output === 'json') return void stdout.write(json(mappings));
          const { spacedTable } = await import('../../table.js');
          const rows = mappings.map((each) => [
            each.pattern,
            each.programs.join(','),
            each.missing.length === 0 ? 'yes' : `no: ${each.missing.join(',')}`,
            each.own ? 'you' : 'built in',
          ]);
          return void stdout.write(spacedTable([['BASE IMAGE', 'NEEDS', 'HERE', 'BY'], ...rows]));
        }
        if (remove) return images.unmap(name);
        const missing = await images.map(name, programs);
        if (missing.length > 0) stderr.write(`warning: not on this machine: ${missing.join(', ')}\n`);
        stdout.write(`${name}: this machine's file system stands for it\n`);
      },
    );
};
