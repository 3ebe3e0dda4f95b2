import type { ImageSummary } from '../../image-commands.js';
import { ageOf, familiar, shortId, sizeOf } from '../../image-format.js';
import { json, type OutputFlags, outputOption, type RegisterImageCommand } from './shared.js';

export const registerNames: RegisterImageCommand = (image, open, { stdout, now }) => {
  image
    .command('list')
    .alias('ls')
    .description('list the images')
    .argument('[name]', 'only those of this repository, or of this name and tag')
    .option('-q, --quiet', 'ids alone')
    .addOption(outputOption())
    .addHelpText('after', '\nExamples:\n  trysail image list\n  trysail image list shop/cart -o json')
    .action(async (name: string | undefined, { output, quiet }: OutputFlags & { quiet?: boolean }) => {
      const images = (await (await open()).list()).flatMap((each) => withNames(each, name));
      if (output === 'json') return void stdout.write(json(images));
      if (quiet) return void stdout.write(images.map(({ id }) => `${shortId(id)}\n`).join(''));
      const { spacedTable } = await import('../../table.js');
      const rows = images.flatMap((each) => each.names.map((one) => row(one, each, now())));
      stdout.write(spacedTable([['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'], ...rows]));
    });
  image
    .command('rm')
    .description('remove images: a name, and the image with its last one')
    .argument('<names...>', 'names, or ids for all names of an image')
    .action(async (names: string[]) => {
      const images = await open();
      for (const name of names) {
        const { untagged, deleted } = await images.remove(name);
        stdout.write(untagged.map((each) => `Untagged: ${familiar(each)}\n`).join(''));
        if (deleted !== undefined) stdout.write(`Deleted: ${deleted}\n`);
      }
    });
  image
    .command('tag')
    .description('give an image another name')
    .argument('<source>')
    .argument('<target>', 'NAME[:TAG]')
    .addHelpText('after', '\nExample:\n  trysail image tag shop/cart:v1 127.0.0.1:5000/shop/cart:v1')
    .action(async (source: string, target: string) => (await open()).tag(source, target));
  image
    .command('inspect')
    .description('print all that is known of images, as JSON')
    .argument('<names...>')
    .action(async (names: string[]) => {
      const images = await open();
      const found = await Promise.all(names.map((name) => images.inspect(name)));
      stdout.write(json(found.length === 1 ? found[0] : found));
    });
  image
    .command('prune')
    .description('remove layers that no image needs any more')
    .action(async () => {
      const { blobs, bytes } = await (await open()).prune();
      stdout.write(`Removed ${blobs} blob${blobs === 1 ? '' : 's'}, ${sizeOf(bytes)}\n`);
    });
};

/** The image with those of its names that are meant. */
function withNames(image: ImageSummary, wanted: string | undefined): ImageSummary[] {
  if (wanted === undefined) return [image];
  const meant = familiar(wanted);
  const names = image.names.filter((name) => familiar(name) === meant || repositoryOf(familiar(name)) === meant);
  return names.length === 0 ? [] : [{ ...image, names }];
}

function repositoryOf(name: string): string {
  return name.replace(/(:[^:/]*|@.*)$/, '');
}

function row(name: string, image: ImageSummary, now_ms: number): string[] {
  const short = familiar(name);
  const [, repository = short, tag = '<none>'] = /^([^@]*?)(?::([^:/@]*))?(?:@.*)?$/.exec(short) ?? [];
  const created_ms = Date.parse(image.created);
  // Builders that want the same bytes each time leave the time out, or at its zero.
  const age = created_ms > 0 ? `${ageOf(now_ms - created_ms)} ago` : 'N/A';
  return [repository, tag, shortId(image.id), age, sizeOf(image.size_bytes)];
}
