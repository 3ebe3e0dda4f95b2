import { messageOf } from '../../base/errors.js';
import type { Acknowledged } from '../acknowledged.js';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import { type ApiOptions, type ApiSession, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';
import { addWaitOption, type WaitOptions, waitFor } from './wait-option.js';

export const registerDelete: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('delete')
    .description('delete resources by kind and name, or those of a file, as istioctl 0.7 does')
    .argument('[kind]', 'for example routerule')
    .argument('[names...]')
    .option('-f, --file <file>', 'YAML or JSON; - is the standard input')
    .addHelpText(
      'after',
      '\nExamples:\n  trysail delete routerule reviews-default -n shop\n  trysail delete -f route-rule.yaml',
    );
  addApiOptions(addWaitOption(command)).action(
    async (word: string | undefined, names: string[], options: ApiOptions & WaitOptions & { file?: string }) => {
      const session = await openSession(options, dependencies);
      const acknowledged = await waitFor(options, session, dependencies);
      if (options.file !== undefined) {
        if (word !== undefined) throw new CliError('USAGE', 'delete takes no arguments when the file option is used');
        await deleteFile(options.file, session, dependencies, acknowledged);
      } else if (word === undefined || names.length === 0) {
        throw new CliError('USAGE', 'provide configuration type and name or -f option');
      } else {
        await deleteNames(word, names, session, dependencies, acknowledged);
      }
      await acknowledged?.wait();
    },
  );
};

async function deleteNames(
  word: string,
  names: string[],
  session: ApiSession,
  { stdout }: CliDependencies,
  acknowledged: Acknowledged | undefined,
): Promise<void> {
  const { kindByWord } = await import('../kinds.js');
  const kind = kindByWord(word);
  await each(names, async (name) => {
    const namespace = session.namespaceFor(kind);
    await session.client.delete(kind.gvr, name, namespace);
    acknowledged?.deleted(kind.definition.kind, name, namespace);
    stdout.write(`Deleted config: ${word} ${name}\n`);
  });
}

async function deleteFile(
  file: string,
  session: ApiSession,
  { stdin, stdout }: CliDependencies,
  acknowledged: Acknowledged | undefined,
): Promise<void> {
  const { forEachManifest } = await import('./for-each-manifest.js');
  const { configKey } = await import('./config-key.js');
  const failures: Error[] = [];
  await forEachManifest(file, 'delete', session, stdin, async ({ kind, object }) => {
    const key = configKey(kind.definition, object);
    const { name, namespace } = object.metadata;
    try {
      await session.client.delete(kind.gvr, name, namespace);
      acknowledged?.deleted(kind.definition.kind, name, namespace);
      stdout.write(`Deleted config: ${key}\n`);
    } catch (error) {
      failures.push(cannotDelete(key, error));
    }
  });
  throwAll(failures);
}

/** What can be deleted is, even when something before it could not. */
async function each(names: readonly string[], remove: (name: string) => Promise<void>): Promise<void> {
  const failures: Error[] = [];
  for (const name of names) await remove(name).catch((error: unknown) => failures.push(cannotDelete(name, error)));
  throwAll(failures);
}

function cannotDelete(what: string, cause: unknown): CliError {
  return new CliError('CANNOT_DELETE', `cannot delete ${what}: ${messageOf(cause)}`, undefined, { cause });
}

function throwAll(failures: readonly Error[]): void {
  const [first] = failures;
  if (failures.length === 1) throw first;
  if (first) throw new CliError('CANNOT_DELETE', failures.map(({ message }) => message).join('; '));
}
