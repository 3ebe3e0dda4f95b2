import type { Command } from 'commander';
import type { CliDependencies } from '../../dependencies.js';
import { CliError } from '../../errors.js';
import type { ImageTransferOptions } from '../../image-commands.js';
import { familiar } from '../../image-format.js';
import type { RegisterImageCommand } from './shared.js';

interface TransferFlags {
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly insecure?: boolean;
  readonly quiet?: boolean;
}

const LOGIN_HELP = [
  'Credentials come from ~/.docker/config.json (`docker login`), or from --username and --password-stdin; for the',
  "mesh's own registry none are needed. Registries are asked by HTTPS, on this machine by HTTP.",
].join('\n');

export const registerTransfers: RegisterImageCommand = (image, open, dependencies) => {
  const { stdout } = dependencies;
  const pull = image
    .command('pull')
    .description('bring an image from a registry')
    .argument('<name>', '[REGISTRY/]NAME[:TAG|@DIGEST]')
    .addHelpText(
      'after',
      `\n${LOGIN_HELP}\n\nExamples:\n  trysail image pull alpine:3\n  trysail image pull 127.0.0.1:5000/shop/cart:v1`,
    )
    .action(async (name: string, flags: TransferFlags) => {
      const pulled = await (await open()).pull(name, await options(flags, dependencies));
      stdout.write(flags.quiet ? `${pulled.id}\n` : `Digest: ${pulled.digest}\n${name}\n`);
    });
  const push = image
    .command('push')
    .description("bring an image to a registry; a name without a registry means the mesh's own")
    .argument('<name>', '[REGISTRY/]NAME[:TAG]')
    .addHelpText(
      'after',
      `\n${LOGIN_HELP}\n\nExamples:\n  trysail image push shop/cart:v1\n  trysail image push quay.io/me/cart:v1`,
    )
    .action(async (name: string, flags: TransferFlags) => {
      const { repository, tag, digest, size } = await (await open()).push(name, await options(flags, dependencies));
      if (repository !== undefined) stdout.write(`The push refers to repository [${familiar(repository)}]\n`);
      stdout.write(`${tag}: digest: ${digest} size: ${size}\n`);
    });
  for (const command of [pull, push]) addFlags(command);
};

function addFlags(command: Command): void {
  command
    .option('-u, --username <name>', 'user at the registry')
    .option('--password-stdin', 'read the password, or token, from standard input')
    .option('--insecure', 'allow plain HTTP, and certificates that nobody vouches for')
    .option('-q, --quiet', 'say nothing of the progress');
}

async function options(flags: TransferFlags, { stdin, stderr }: CliDependencies): Promise<ImageTransferOptions> {
  const { username, passwordStdin, insecure = false, quiet } = flags;
  if ((username === undefined) !== !passwordStdin) {
    throw new CliError(
      'CREDENTIALS_INCOMPLETE',
      '--username and --password-stdin need each other',
      'For example: echo "$TOKEN" | trysail image push --username me --password-stdin quay.io/me/cart:v1',
    );
  }
  const password = passwordStdin ? await lineOf(stdin) : undefined;
  return {
    insecure,
    progress: (line) => void (quiet || stderr.write(`${line}\n`)),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

const PASSWORD_BYTES_MAX = 65_536;

async function lineOf(stdin: CliDependencies['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > PASSWORD_BYTES_MAX)
      throw new CliError('PASSWORD_TOO_LONG', 'the password on standard input is too long');
  }
  const password = text.replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new CliError('NO_PASSWORD', 'there is no password on standard input');
}
