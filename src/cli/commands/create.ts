import { isAlreadyExists } from '../../client/client.js';
import { type ApiOptions, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';
import { addWaitOption, type WaitOptions, waitFor } from './wait-option.js';
import { AS_USER } from './write-options.js';

export const registerCreate: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('create')
    .description('create resources from a file, as istioctl 0.7 does')
    .requiredOption('-f, --file <file>', 'YAML or JSON; - is the standard input')
    .addHelpText('after', '\nExample:\n  trysail create -f route-rule.yaml -n shop');
  addApiOptions(addWaitOption(command)).action(async (options: ApiOptions & WaitOptions & { file: string }) => {
    const { forEachManifest } = await import('./for-each-manifest.js');
    const { configKey } = await import('./config-key.js');
    const { CliError } = await import('../errors.js');
    const session = await openSession(options, dependencies);
    const acknowledged = await waitFor(options, session, dependencies);
    await forEachManifest(options.file, 'create', session, dependencies.stdin, async ({ manifest, kind, object }) => {
      try {
        const stored = await session.client.create(kind.gvr, object, AS_USER);
        acknowledged?.wrote(stored);
        const key = configKey(kind.definition, object);
        dependencies.stdout.write(`Created config ${key} at revision ${stored.metadata.resourceVersion}\n`);
      } catch (error) {
        const explained = manifest.explain(error);
        if (!isAlreadyExists(error) || !(explained instanceof Error)) throw explained;
        throw new CliError('ALREADY_EXISTS', explained.message, 'Change it with `replace` or `apply`.', {
          cause: error,
        });
      }
    });
    await acknowledged?.wait();
  });
};
