import { Option } from 'commander';
import { suggest } from '../../base/suggest.js';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import type { CurlOptions } from '../explain/curl-request.js';
import { type ApiOptions, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

interface ExplainOptions extends ApiOptions, CurlOptions {
  readonly from: string;
  readonly id?: string;
  readonly file?: readonly string[];
  readonly withMesh?: boolean;
  readonly output: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  trysail explain -H 'Host: shop.example.org' http://127.0.0.1:8080/
  trysail explain --from productpage http://reviews:9080/reviews/1 -H 'end-user: jason'
  trysail explain -f rules/ -f apps.yaml --from shop/cart http://stock/items   what files would do, with no mesh
  trysail explain --id 1310c807-b7c1-4d1b-b4dc-153f4a872842   what happened to a request
  trysail explain -f new-rule.yaml --with-mesh --from cart http://stock/items  what they would change in the mesh`;

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const registerExplain: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('explain')
    .description(
      'say which rule would decide about a request, why the others would not, and where it would go; sends nothing',
    )
    .argument('[request...]', 'a URL, or a whole curl command')
    .option('--id <request-id>', 'what happened to a request, by its x-request-id: from the logs of all proxies')
    .option('--from <workload>', 'who sends it: a pod, service or workload, also as namespace/name', 'ingress')
    .option('-f, --file <file>', 'files or folders in the place of a mesh; may be given again', collect)
    .option('--with-mesh', "what the files would change in the mesh: theirs in the place of the mesh's")
    .option('-X, --request <method>', 'as of curl')
    .option('-H, --header <line>', 'as of curl; may be given again', collect)
    .option('-d, --data <body>', 'as of curl: makes it a POST')
    .option('-b, --cookie <text>', 'as of curl')
    .option('-A, --user-agent <text>', 'as of curl')
    .addOption(new Option('-o, --output <format>', 'form of the output').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES);
  for (const flag of ['-s, --silent', '-v, --verbose', '-i, --include', '-k, --insecure', '-L, --location']) {
    command.addOption(new Option(flag).hideHelp());
  }
  addApiOptions(command).action(async (words: string[], options: ExplainOptions) => {
    if (options.id !== undefined) return tellStory(options.id, options, dependencies);
    const [{ callerNames, callerOf, explain, explanationText, INGRESS }, { curlRequest }, objects] = await Promise.all([
      import('../../explain/index.js'),
      import('../explain/curl-request.js'),
      import('../explain/mesh-objects.js'),
    ]);
    const request = curlRequest(words, options);
    const manifests = await objects.manifestsOf(options.file ?? [], options.namespace ?? 'default', dependencies.stdin);
    const offline = options.file !== undefined && options.withMesh !== true;
    const session = offline ? undefined : await openSession(options, dependencies);
    const namespace = session?.namespace ?? options.namespace ?? 'default';
    const snapshot =
      session === undefined
        ? objects.meshOfFiles(manifests, namespace)
        : await objects.meshOfServer(session.client, manifests, namespace);
    const node = callerOf(snapshot, options.from, namespace);
    if (node === undefined) throw unknownCaller(options.from, namespace, callerNames(snapshot));
    const explanation = await explain({
      snapshot,
      node,
      request: options.from === INGRESS ? { ...request, port: gatewayPort(request.scheme) } : request,
      locate: objects.locator(manifests, namespace),
    });
    const text =
      options.output === 'json' ? `${JSON.stringify(explanation, undefined, 2)}\n` : explanationText(explanation);
    dependencies.stdout.write(text);
  });
};

async function tellStory(id: string, options: ExplainOptions, dependencies: CliDependencies): Promise<void> {
  const { hopsOf, storyText, workloadsByAddress } = await import('../../explain/index.js');
  const { proxyLogs } = await import('../explain/proxy-logs.js');
  const { meshOfServer } = await import('../explain/mesh-objects.js');
  const { client, namespace } = await openSession(options, dependencies);
  const hops = hopsOf(id, await proxyLogs(client));
  if (hops.length === 0) {
    throw new CliError(
      'NO_SUCH_REQUEST',
      `no proxy has a request "${id}" in its log`,
      'The id is the x-request-id of a request that went through the mesh lately.',
    );
  }
  const text =
    options.output === 'json'
      ? `${JSON.stringify(hops, undefined, 2)}\n`
      : storyText(id, hops, workloadsByAddress(await meshOfServer(client, [], namespace)));
  dependencies.stdout.write(text);
}

/** The host's port that leads to a gateway is not the one on which the gateway listens. */
function gatewayPort(scheme: 'http' | 'https'): number {
  return scheme === 'https' ? 443 : 80;
}

function unknownCaller(word: string, namespace: string, names: readonly string[]): CliError {
  const close = suggest(
    word,
    names.flatMap((name) => [name, name.slice(name.indexOf('/') + 1)]),
  );
  const meant = close === undefined ? '' : `Did you mean ${close}? `;
  return new CliError(
    'NO_SUCH_WORKLOAD',
    `no pod, service or workload "${word}" in namespace "${namespace}"`,
    `${meant}--from takes NAME or NAMESPACE/NAME, or ingress.`,
  );
}
