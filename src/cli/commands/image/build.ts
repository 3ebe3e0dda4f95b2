import { familiar, shortId } from '../../image-format.js';
import { collect, collectPair, type RegisterImageCommand } from './shared.js';

interface BuildFlags {
  readonly tag: string[];
  readonly file?: string;
  readonly buildArg: readonly string[];
  readonly label: Record<string, string>;
  readonly target?: string;
  readonly pull?: boolean;
  readonly quiet?: boolean;
}

export const registerBuild: RegisterImageCommand = (image, open, { stdout, stderr, env }) => {
  image
    .command('build')
    .description('build an image from a Dockerfile, without a container engine')
    .argument('<context>', 'folder that COPY takes from')
    .requiredOption('-t, --tag <name>', 'NAME[:TAG]; may be repeated', collect, [])
    .option('-f, --file <file>', 'Dockerfile; otherwise the one in the context')
    .option(
      '--build-arg <name=value>',
      'value of an ARG, without =value that of the environment; may be repeated',
      collect,
      [],
    )
    .option('--label <name=value>', 'label of the image; may be repeated', collectPair, {})
    .option('--target <stage>', 'stage to stop at')
    .option('--pull', 'ask registries for base images, also for those that this machine could stand for')
    .option('--no-cache', 'for scripts that say so: no step is taken from an earlier build')
    .option('-q, --quiet', 'print the id alone')
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  trysail image build -t shop/cart:v1 ./cart',
        '  trysail image build -t shop/cart:v2 --build-arg VERSION=v2 --target run -f docker/Dockerfile .',
      ].join('\n'),
    )
    .action(async (context: string, { tag, file, buildArg, label, target, pull, quiet }: BuildFlags) => {
      const built = await (await open()).build({
        context,
        tags: tag,
        buildArgs: buildArgs(buildArg, env),
        labels: label,
        onOutput: (line) => void (quiet || stderr.write(`${line}\n`)),
        ...(file !== undefined && { dockerfile: file }),
        ...(target !== undefined && { target }),
        ...(pull && { pull }),
      });
      if (quiet) stdout.write(`${built.id}\n`);
      else {
        stdout.write(`Successfully built ${shortId(built.id)}\n`);
        stdout.write(built.names.map((name) => `Successfully tagged ${familiar(name)}\n`).join(''));
      }
    });
};

/** A name alone takes its value from the environment, as docker does; without one there it is as if it was not given. */
function buildArgs(given: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  const pairs = given.flatMap((each): [string, string][] => {
    const equals = each.indexOf('=');
    if (equals >= 0) return [[each.slice(0, equals), each.slice(equals + 1)]];
    const value = env[each];
    return value === undefined ? [] : [[each, value]];
  });
  return Object.fromEntries(pairs);
}
