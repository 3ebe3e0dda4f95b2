import { readFileSync } from 'node:fs';
import { messageOf } from '../../base/errors.js';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import { type ApiOptions, openSession } from '../session.js';
import { podOf } from './target.js';

export interface PageOptions extends ApiOptions {
  /** A dump in the place of a pod. */
  readonly file?: string;
}

/**
 * A page of the admin interface of a pod's proxy, or what a file has of it.
 * @param path with query: `/config_dump?include_eds`
 */
export async function adminPage(
  pod: string | undefined,
  path: string,
  options: PageOptions,
  dependencies: CliDependencies,
): Promise<{ readonly json: unknown; readonly where: string }> {
  if (options.file !== undefined) return { json: parsed(readText(options.file), options.file), where: options.file };
  const base = await adminPath(pod, options, dependencies);
  return { json: await base.session.client.getPath(base.path + path), where: `the proxy of ${pod}` };
}

export async function adminPath(pod: string | undefined, options: ApiOptions, dependencies: CliDependencies) {
  if (pod === undefined) throw new CliError('USAGE', 'a pod is needed', 'Give POD[.NAMESPACE], or a dump with --file.');
  const session = await openSession(options, dependencies);
  const { namespace, name } = await podOf(pod, session);
  const path = `/trysail/v1/proxies/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/admin`;
  return { session, path };
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError('NO_FILE', `cannot read ${file}: ${messageOf(error)}`);
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError('NO_DUMP', `${file} is no JSON: ${messageOf(error)}`);
  }
}
