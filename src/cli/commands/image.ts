import { type Command, InvalidArgumentError } from 'commander';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import type { ImageCommands, ImageSummary } from '../image-commands.js';
import { ageOf, familiar, shortId, sizeOf } from '../image-format.js';
import { meshName, stateFolder } from '../state-paths.js';
import type { RegisterCommand } from './command.js';

interface BuildFlags {
  readonly tag: string[];
  readonly file?: string;
  readonly buildArg: Record<string, string>;
  readonly target?: string;
}

export const registerImage: RegisterCommand = (program, dependencies) => {
  const image = program
    .command('image')
    .description('the images that pods can name')
    .option('--name <name>', 'which mesh');
  const open = (): Promise<ImageCommands> => {
    const { name } = image.opts<{ name?: string }>();
    return dependencies.images(stateFolder(meshName(name, dependencies.env), dependencies.env));
  };
  registerBuild(image, open, dependencies);
  registerList(image, open, dependencies);
  registerRemove(image, open, dependencies);
  registerInspect(image, open, dependencies);
  registerPush(image, open, dependencies);
};

type Open = () => Promise<ImageCommands>;

function registerBuild(image: Command, open: Open, { stdout, stderr }: CliDependencies): void {
  image
    .command('build')
    .description('build an image from a Dockerfile, without a container engine')
    .argument('<context>', 'folder that COPY takes from')
    .requiredOption('-t, --tag <name>', 'NAME[:TAG]; may be repeated', collect, [])
    .option('-f, --file <file>', 'Dockerfile; otherwise the one in the context')
    .option('--build-arg <name=value>', 'value of an ARG; may be repeated', collectPair, {})
    .option('--target <stage>', 'stage to stop at')
    .addHelpText('after', '\nExample:\n  trysail image build -t shop/cart:v1 ./cart')
    .action(async (context: string, { tag, file, buildArg, target }: BuildFlags) => {
      const built = await (await open()).build({
        context,
        tags: tag,
        buildArgs: buildArg,
        onOutput: (line) => void stderr.write(`${line}\n`),
        ...(file !== undefined && { dockerfile: file }),
        ...(target !== undefined && { target }),
      });
      stdout.write(`${built.names.map((name) => `Successfully tagged ${familiar(name)}\n`).join('')}`);
    });
}

function registerList(image: Command, open: Open, { stdout, now }: CliDependencies): void {
  image
    .command('list')
    .alias('ls')
    .description('list the images')
    .action(async () => {
      const { spacedTable } = await import('../table.js');
      const rows = (await (await open()).list()).flatMap((each) => each.names.map((name) => row(name, each, now())));
      stdout.write(spacedTable([['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'], ...rows]));
    });
}

function registerRemove(image: Command, open: Open, { stdout }: CliDependencies): void {
  image
    .command('rm')
    .description('remove images')
    .argument('<names...>')
    .action(async (names: string[]) => {
      const images = await open();
      for (const name of names) {
        await images.remove(name);
        stdout.write(`Untagged: ${name}\n`);
      }
    });
}

function registerInspect(image: Command, open: Open, { stdout }: CliDependencies): void {
  image
    .command('inspect')
    .description('print all that is known of an image, as JSON')
    .argument('<name>')
    .action(
      async (name: string) =>
        void stdout.write(`${JSON.stringify(await existing(await open(), name), undefined, 2)}\n`),
    );
}

function registerPush(image: Command, open: Open, { stdout }: CliDependencies): void {
  image
    .command('push')
    .description('for scripts that push: an image that was built is where pods find it')
    .argument('<name>')
    .action(async (name: string) => {
      const { id } = await existing(await open(), name);
      stdout.write(`${name}: already in the mesh's image store (${shortId(id)})\n`);
    });
}

async function existing(images: ImageCommands, name: string): Promise<ImageSummary> {
  const found = await images.find(name);
  if (found) return found;
  throw new CliError('NO_SUCH_IMAGE', `No such image: ${name}`, '`trysail image list` shows those there are.');
}

function row(name: string, image: ImageSummary, now_ms: number): string[] {
  const short = familiar(name);
  const colon = short.lastIndexOf(':');
  const age = `${ageOf(now_ms - Date.parse(image.created))} ago`;
  return [short.slice(0, colon), short.slice(colon + 1), shortId(image.id), age, sizeOf(image.size_bytes)];
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function collectPair(value: string, before: Record<string, string>): Record<string, string> {
  const equals = value.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write NAME=VALUE.');
  return { ...before, [value.slice(0, equals)]: value.slice(equals + 1) };
}
