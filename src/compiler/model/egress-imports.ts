import { hostCovers } from '../hostname.js';
import type { EgressModel, Service } from './types.js';

/** Whether some import of a namespace has a host that fits, and no exclusion does. */
export type Imports = (namespace: string, fits: (pattern: string) => boolean) => boolean;

/** @param viewer the namespace that `.` stands for */
export function importsOf({ hosts }: EgressModel, viewer: string): Imports {
  const resolved = hosts.map((entry) => ({ ...entry, namespace: entry.namespace === '.' ? viewer : entry.namespace }));
  return (namespace, fits) => {
    const here = resolved.filter((entry) => entry.namespace === '*' || entry.namespace === namespace);
    if (here.some(({ isExcluded, host }) => isExcluded && fits(host))) return false;
    return here.some(({ isExcluded, host }) => !isExcluded && fits(host));
  };
}

export function importsService(imports: Imports, { namespace, hostname }: Service): boolean {
  return imports(namespace, (pattern) => hostCovers(pattern, hostname));
}
