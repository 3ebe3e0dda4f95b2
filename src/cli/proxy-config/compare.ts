import type { Writable } from 'node:stream';
import { CliError } from '../errors.js';
import type { ApiSession } from '../session.js';
import { ConfigDump } from './dump.js';
import { podOf } from './target.js';

const KINDS = ['clusters', 'listeners', 'routes'] as const;
const NAMES_SHOWN_MAX = 10;

/** Names and versions by kind, as the control plane would send them now. */
type Intended = Readonly<Record<(typeof KINDS)[number], Readonly<Record<string, string>>>>;

/** `Clusters Match`, or which differ: what the proxy says that it has, beside what it is to have. @throws CliError where they differ */
export async function compareProxy(pod: string, session: ApiSession, stdout: Writable): Promise<void> {
  const { namespace, name } = await podOf(pod, session);
  const path = `/trysail/v1/proxies/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const intended = (await session.client.getPath(`${path}/resources`)) as Intended;
  const dump = ConfigDump.parse(await session.client.getPath(`${path}/admin/config_dump`), `the proxy of ${pod}`);
  const different = KINDS.filter((kind) => !compareKind(kind, new Map(Object.entries(intended[kind])), dump, stdout));
  if (different.length > 0) {
    throw new CliError('DIFFERENT', `${pod} does not have what it is to have`, '`trysail proxy-status` says why.');
  }
}

function compareKind(
  kind: (typeof KINDS)[number],
  intended: ReadonlyMap<string, string>,
  dump: ConfigDump,
  stdout: Writable,
): boolean {
  const had = dump.versions(kind);
  // A proxy asks for the routes that its listeners name, and no others.
  const missing = [...intended.keys()].filter((name) => !had.has(name) && kind !== 'routes');
  const older = [...had].filter(([name, version]) => intended.has(name) && intended.get(name) !== version);
  const more = [...had.keys()].filter((name) => !intended.has(name));
  const title = kind[0]!.toUpperCase() + kind.slice(1);
  if (missing.length + older.length + more.length === 0) {
    stdout.write(`${title} Match\n`);
    return true;
  }
  stdout.write(`${title} Don't Match\n`);
  say(stdout, 'missing', missing);
  say(
    stdout,
    'another version',
    older.map(([name]) => name),
  );
  say(stdout, 'no longer wanted', more);
  return false;
}

function say(stdout: Writable, what: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${names.length - NAMES_SHOWN_MAX} more` : '';
  stdout.write(`  ${what}: ${names.slice(0, NAMES_SHOWN_MAX).join(', ')}${more}\n`);
}
