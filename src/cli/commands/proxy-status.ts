import { Option } from 'commander';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import { type ApiOptions, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

interface ProxyType {
  readonly type: string;
  readonly state: string;
  readonly message?: string;
  readonly resources?: readonly string[];
}

interface Proxy {
  readonly id: string;
  readonly pod: string;
  readonly namespace: string;
  readonly version: string;
  readonly types: readonly ProxyType[];
}

interface Options extends ApiOptions {
  readonly output: 'table' | 'json';
}

const GAP = 5;
const TYPES = ['CDS', 'LDS', 'EDS', 'RDS', 'ECDS'] as const;
/** istioctl names the cluster that a proxy is in; there is one. */
const CLUSTER = 'Kubernetes';
const CONTROL_PLANE = 'trysail';

export const registerProxyStatus: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('proxy-status')
    .alias('ps')
    .description('show which proxies have the configuration that they were sent, as istioctl does')
    .argument('[pod]', 'POD[.NAMESPACE]: what it has, beside what it is to have')
    .addOption(new Option('-o, --output <format>', 'form of the output').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExamples:\n  trysail proxy-status\n  trysail proxy-status cart-7c9d.shop');
  addApiOptions(command).action(async (pod: string | undefined, options: Options) => {
    const session = await openSession(options, dependencies);
    if (pod !== undefined) {
      const { compareProxy } = await import('../proxy-config/compare.js');
      await compareProxy(pod, session, dependencies.stdout);
      return;
    }
    const { proxies } = (await session.client.getPath('/trysail/v1/proxies')) as { proxies: readonly Proxy[] };
    const wanted = proxies.filter(
      ({ namespace }) => options.namespace === undefined || namespace === options.namespace,
    );
    if (options.output === 'json') dependencies.stdout.write(`${JSON.stringify(wanted, undefined, 2)}\n`);
    else await printTable(wanted, dependencies);
  });
};

async function printTable(proxies: readonly Proxy[], { stdout, stderr }: CliDependencies): Promise<void> {
  if (proxies.length === 0) throw new CliError('NO_PROXIES', 'no proxy is connected to the control plane');
  const { spacedTable } = await import('../table.js');
  const rows = proxies
    .map((proxy) => [nameOf(proxy), CLUSTER, ...TYPES.map((type) => cell(proxy, type)), CONTROL_PLANE, proxy.version])
    .sort(([left = ''], [right = '']) => (left < right ? -1 : Number(left > right)));
  stdout.write(spacedTable([['NAME', 'CLUSTER', ...TYPES, 'ISTIOD', 'VERSION'], ...rows], GAP));
  for (const proxy of proxies) {
    for (const { type, message, resources = [] } of proxy.types) {
      if (message === undefined) continue;
      stderr.write(`${nameOf(proxy)} refuses its ${type} (${resources.join(', ')}): ${message}\n`);
    }
  }
}

function nameOf({ pod, namespace }: Proxy): string {
  return namespace === '' ? pod : `${pod}.${namespace}`;
}

function cell({ types }: Proxy, wanted: string): string {
  const state = types.find(({ type }) => type === wanted)?.state ?? 'NOT SENT';
  return state === 'ERROR' ? 'ERROR(NACK)' : state;
}
