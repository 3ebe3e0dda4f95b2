import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../../errors.js';
import { familiar } from '../../image-format.js';
import { collect, type RegisterImageCommand } from './shared.js';

export const registerArchives: RegisterImageCommand = (image, open, { stdin, stdout }) => {
  image
    .command('import')
    .alias('load')
    .description('take images from an archive (OCI, or of `docker save`), or from a container engine')
    .argument('[source]', 'file or folder, - for standard input, docker://NAME or podman://NAME', '-')
    .option('-i, --input <file>', 'the same as the argument, as docker has it')
    .option('-t, --tag <name>', 'NAME[:TAG] in place of those that the archive has; may be repeated', collect, [])
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  trysail image import cart.tar',
        '  docker save shop/cart:v1 | trysail image import',
        '  trysail image import docker://shop/cart:v1',
        '  trysail image import --tag shop/cart:v2 ./oci-layout',
      ].join('\n'),
    )
    .action(async (source: string, { tag, input }: { tag: string[]; input?: string }) => {
      const images = await (await open()).import(input ?? source, tag, stdin);
      for (const each of images) stdout.write(each.names.map((name) => `Loaded image: ${familiar(name)}\n`).join(''));
    });
  image
    .command('export')
    .alias('save')
    .description('write images as an archive that is both an OCI layout and one for `docker load`')
    .argument('<names...>')
    .option('-o, --output <file>', 'where to; otherwise standard output')
    .addHelpText('after', '\nExample:\n  trysail image export shop/cart:v1 shop/web:v1 -o shop.tar')
    .action(async (names: string[], { output = '-' }: { output?: string }) => {
      if (output === '-' && 'isTTY' in stdout && stdout.isTTY) {
        throw new CliError('TERMINAL', 'an archive is nothing for a terminal', 'Give a file with -o, or redirect.');
      }
      await (await open()).export(names, async (archive) => {
        if (output === '-') return pipeline(archive, stdout, { end: false });
        try {
          await pipeline(archive, createWriteStream(output));
        } catch (error) {
          await rm(output, { force: true });
          throw error;
        }
      });
    });
};
