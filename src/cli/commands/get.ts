import { Option } from 'commander';
import { stringify } from 'yaml';
import { isNotFound } from '../../client/client.js';
import type { KubeObject } from '../../resources/object.js';
import { CliError } from '../errors.js';
import type { ServedKind } from '../kinds.js';
import { type ApiOptions, type ApiSession, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

interface GetOptions extends ApiOptions {
  readonly output: 'short' | 'yaml' | 'json';
  readonly allNamespaces?: boolean;
}

export const registerGet: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('get')
    .description('list resources, as istioctl 0.7 does')
    .argument('<kind>', 'for example routerules')
    .argument('[name]')
    .addOption(
      new Option('-o, --output <format>', 'form of the output').choices(['short', 'yaml', 'json']).default('short'),
    )
    .option('-A, --all-namespaces', 'in all namespaces')
    .addHelpText(
      'after',
      '\nExamples:\n  trysail get routerules -n shop\n  trysail get routerule reviews-default -o yaml',
    );
  addApiOptions(command).action(async (word: string, name: string | undefined, options: GetOptions) => {
    const { kindByWord } = await import('../kinds.js');
    if (options.allNamespaces && name !== undefined) {
      throw new CliError('USAGE', 'a resource cannot be retrieved by name across all namespaces');
    }
    const kind = kindByWord(word);
    const session = await openSession(options, dependencies);
    const namespace = options.allNamespaces ? undefined : session.namespaceFor(kind);
    const objects = await find(session, kind, name, namespace);
    const text = objects.length === 0 ? 'No resources found.\n' : await format(objects, kind, options.output);
    dependencies.stdout.write(text);
  });
};

async function find(
  session: ApiSession,
  { gvr }: ServedKind,
  name: string | undefined,
  namespace?: string,
): Promise<KubeObject[]> {
  if (name === undefined) return (await session.client.list(gvr, namespace)).items;
  try {
    return [await session.client.get(gvr, name, namespace)];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function format(objects: readonly KubeObject[], kind: ServedKind, output: GetOptions['output']): Promise<string> {
  if (output === 'short') return short(objects, kind);
  if (output === 'json') return `${JSON.stringify(objects.length === 1 ? objects[0] : objects, undefined, 2)}\n`;
  return objects.map((object) => `${stringify(object)}---\n`).join('');
}

/** The columns of istioctl 0.7.1: `NAME KIND NAMESPACE`, the kind as `RouteRule.v1alpha2.config.istio.io`. */
async function short(objects: readonly KubeObject[], { definition, gvr }: ServedKind): Promise<string> {
  const { tabbedTable } = await import('../table.js');
  const kind = [definition.kind, gvr.version, gvr.group].filter((part) => part !== '').join('.');
  const rows = objects.map(({ metadata }) => [metadata.name, kind, metadata.namespace ?? '']);
  return tabbedTable([['NAME', 'KIND', 'NAMESPACE'], ...rows]);
}
