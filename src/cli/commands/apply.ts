import { type Client, isNotFound } from '../../client/client.js';
import type { KubeObject } from '../../resources/object.js';
import type { ServedKind } from '../kinds.js';
import { type ApiOptions, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';
import { addWaitOption, type WaitOptions, waitFor } from './wait-option.js';
import { AS_USER } from './write-options.js';

export const registerApply: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('apply')
    .description('create or change resources of any kind to what a file says')
    .requiredOption('-f, --file <file>', 'YAML or JSON; - is the standard input')
    .addHelpText(
      'after',
      '\nExamples:\n  trysail apply -f deployment.yaml -n shop\n  trysail kube-inject -f deployment.yaml | trysail apply -f -\n  trysail apply -f route-rule.yaml --wait',
    );
  addApiOptions(addWaitOption(command)).action(async (options: ApiOptions & WaitOptions & { file: string }) => {
    const { forEachManifest } = await import('./for-each-manifest.js');
    const { qualifiedSingular } = await import('../kinds.js');
    const session = await openSession(options, dependencies);
    const acknowledged = await waitFor(options, session, dependencies);
    await forEachManifest(options.file, 'apply', session, dependencies.stdin, async ({ manifest, kind, object }) => {
      try {
        const { outcome, stored } = await apply(session.client, kind, object);
        acknowledged?.wrote(stored);
        dependencies.stdout.write(`${qualifiedSingular(kind.definition)}/${object.metadata.name} ${outcome}\n`);
      } catch (error) {
        throw manifest.explain(error);
      }
    });
    await acknowledged?.wait();
  });
};

/** Server-side apply: only the fields of the file become ours, others keep theirs. */
async function apply(
  client: Client,
  { gvr }: ServedKind,
  object: KubeObject,
): Promise<{ outcome: 'created' | 'configured' | 'unchanged'; stored: KubeObject }> {
  const { name, namespace } = object.metadata;
  const before = await client.get(gvr, name, namespace).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const after = await client.patch(gvr, name, namespace, { type: 'apply', body: object }, AS_USER);
  if (before === undefined) return { outcome: 'created', stored: after };
  const isSame = before.metadata.resourceVersion === after.metadata.resourceVersion;
  return { outcome: isSame ? 'unchanged' : 'configured', stored: after };
}
