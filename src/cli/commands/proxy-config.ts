import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import type { ConfigDump } from '../proxy-config/dump.js';
import type { ProxyConfigFilters, Summary } from '../proxy-config/filters.js';
import type { PageOptions } from '../proxy-config/page.js';
import { OUTPUTS, type Output } from '../proxy-config/print.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

type Options = PageOptions & ProxyConfigFilters & { readonly output: Output; readonly level?: string };
type FilterName = keyof ProxyConfigFilters;

interface Kind {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly what: string;
  readonly filters: readonly FilterName[];
  readonly summary: (dump: ConfigDump, filters: ProxyConfigFilters, now_ms: number) => Promise<Summary>;
}

/** Those that are read from the dump of a proxy's configuration. */
const KINDS: readonly Kind[] = [
  {
    name: 'cluster',
    aliases: ['clusters', 'c'],
    what: 'clusters: what it can send to',
    filters: ['fqdn', 'port', 'subset', 'direction'],
    summary: async (dump, filters) => (await import('../proxy-config/clusters.js')).clusterSummary(dump, filters),
  },
  {
    name: 'listener',
    aliases: ['listeners', 'l'],
    what: 'listeners: where it takes connections, and what becomes of them',
    filters: ['address', 'port', 'type'],
    summary: async (dump, filters) => (await import('../proxy-config/listeners.js')).listenerSummary(dump, filters),
  },
  {
    name: 'route',
    aliases: ['routes', 'r'],
    what: 'routes: where requests go',
    filters: ['name'],
    summary: async (dump, filters) => (await import('../proxy-config/routes.js')).routeSummary(dump, filters),
  },
  {
    name: 'secret',
    aliases: ['secrets', 's'],
    what: 'certificates and what they are checked with',
    filters: [],
    summary: async (dump, _, now_ms) => (await import('../proxy-config/secrets.js')).secretSummary(dump, now_ms),
  },
];

const FILTER_OPTIONS: Readonly<Record<FilterName, Option>> = {
  address: new Option('--address <address>', 'of this address'),
  port: new Option('--port <number>', 'of this port').argParser(portNumber),
  type: new Option('--type <type>', 'HTTP, TCP, HTTP+TCP or UNKNOWN'),
  name: new Option('--name <name>', 'of this name'),
  fqdn: new Option('--fqdn <text>', 'of services with this in their names'),
  subset: new Option('--subset <name>', 'of this subset'),
  direction: new Option('--direction <direction>', 'inbound or outbound'),
  cluster: new Option('--cluster <name>', 'of this cluster'),
  status: new Option('--status <status>', 'of this health'),
};

const DUMP = '/config_dump?include_eds';
const HEALTHS = '/clusters?format=json';

export const registerProxyConfig: RegisterCommand = (program, dependencies) => {
  const parent = program
    .command('proxy-config')
    .alias('pc')
    .description("show the configuration of a pod's proxy, Trysail's or Envoy's, as istioctl does")
    .addHelpText(
      'after',
      '\nExamples:\n  trysail proxy-config routes cart-7c9d.shop\n  trysail pc cluster -f dump.json',
    );
  for (const kind of KINDS) {
    const command = subcommand(parent, kind.name, kind.aliases, kind.what);
    for (const filter of kind.filters) command.addOption(FILTER_OPTIONS[filter]);
    command.action(async (pod: string | undefined, options: Options) => {
      const dump = await dumpOf(pod, options, dependencies);
      await print(await kind.summary(dump, options, dependencies.now()), options, dependencies);
    });
  }
  registerEndpoint(parent, dependencies);
  registerBootstrap(parent, dependencies);
  registerAll(parent, dependencies);
  registerLog(parent, dependencies);
};

function subcommand(parent: Command, name: string, aliases: readonly string[], what: string): Command {
  const command = parent.command(name).aliases(aliases).description(`show ${what}`);
  command
    .argument('[pod]', 'POD[.NAMESPACE], or deployment/NAME[.NAMESPACE]')
    .option('-f, --file <file>', 'what the page of a proxy answered, in the place of a pod')
    .addOption(new Option('-o, --output <format>', 'form of the output').choices(OUTPUTS).default('short'));
  return addApiOptions(command);
}

function registerEndpoint(parent: Command, dependencies: CliDependencies): void {
  const command = subcommand(parent, 'endpoint', ['endpoints', 'ep'], 'endpoints and their health');
  for (const filter of ['address', 'port', 'cluster', 'status'] as const) command.addOption(FILTER_OPTIONS[filter]);
  command.action(async (pod: string | undefined, options: Options) => {
    const [{ adminPage }, { endpointSummary }] = await Promise.all([
      import('../proxy-config/page.js'),
      import('../proxy-config/endpoints.js'),
    ]);
    const { json, where } = await adminPage(pod, HEALTHS, options, dependencies);
    if ((json as { cluster_statuses?: unknown } | undefined)?.cluster_statuses === undefined) {
      const hint = 'It is what /clusters?format=json of Envoy or of our proxy answers.';
      throw new CliError('NO_DUMP', `${where} says nothing of clusters' health: it has no cluster_statuses`, hint);
    }
    await print(endpointSummary(json, options), options, dependencies);
  });
}

function registerBootstrap(parent: Command, dependencies: CliDependencies): void {
  const command = subcommand(parent, 'bootstrap', ['b'], 'what it was started with');
  command.action(async (pod: string | undefined, options: Options) => {
    const { printJson } = await import('../proxy-config/print.js');
    const dump = await dumpOf(pod, options, dependencies);
    const output = options.output === 'short' ? 'json' : options.output;
    printJson({ bootstrap: dump.bootstrap() ?? {} }, output, dependencies.stdout);
  });
}

function registerAll(parent: Command, dependencies: CliDependencies): void {
  const command = subcommand(parent, 'all', ['a'], 'all of it');
  command.action(async (pod: string | undefined, options: Options) => {
    const { adminPage } = await import('../proxy-config/page.js');
    const { printJson } = await import('../proxy-config/print.js');
    if (options.output !== 'short') {
      const { json } = await adminPage(pod, DUMP, options, dependencies);
      printJson(json, options.output, dependencies.stdout);
      return;
    }
    const dump = await dumpOf(pod, options, dependencies);
    for (const [index, kind] of KINDS.entries()) {
      if (index > 0) dependencies.stdout.write('\n');
      await print(await kind.summary(dump, {}, dependencies.now()), options, dependencies);
    }
  });
}

function registerLog(parent: Command, dependencies: CliDependencies): void {
  const command = parent
    .command('log')
    .alias('o')
    .description("show or change how much a pod's proxy logs")
    .argument('<pod>', 'POD[.NAMESPACE], or deployment/NAME[.NAMESPACE]')
    .option('--level <levels>', 'a level, or LOGGER:LEVEL by comma');
  addApiOptions(command).action(async (pod: string, options: Options) => {
    const { adminPath } = await import('../proxy-config/page.js');
    const { session, path } = await adminPath(pod, options, dependencies);
    const { level } = options;
    const query = level === undefined ? '' : `?${level.includes(':') ? 'paths' : 'level'}=${encodeURIComponent(level)}`;
    dependencies.stdout.write(await session.client.textAt('POST', `${path}/logging${query}`));
  });
}

async function dumpOf(pod: string | undefined, options: Options, dependencies: CliDependencies): Promise<ConfigDump> {
  const [{ adminPage }, { ConfigDump }] = await Promise.all([
    import('../proxy-config/page.js'),
    import('../proxy-config/dump.js'),
  ]);
  const { json, where } = await adminPage(pod, DUMP, options, dependencies);
  return ConfigDump.parse(json, where);
}

async function print(summary: Summary, { output }: Options, { stdout }: CliDependencies): Promise<void> {
  const { printSummary } = await import('../proxy-config/print.js');
  printSummary(summary, output, stdout);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
}
