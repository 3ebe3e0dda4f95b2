import { nearestWord } from '../apiserver/validation/suggestion.js';
import type { World } from './world.js';

/** As many as people read; each is compared with every host. */
const NEAR_NAMES_MAX = 200;
const looked = new WeakMap<World, number>();

/** What to do where no service has a host. */
export function missingHostFix(world: World, host: string, namespace: string): string {
  if (world.hosts.all(host).length > 0) {
    return `It exists, and its exportTo hides it from the namespace ${namespace}: widen that.`;
  }
  const near = nearHost(world, host);
  if (near !== undefined) return `Write ${near}, if that is meant.`;
  const elsewhere = [...world.hosts.names()].find((known) => known.startsWith(`${host.split('.')[0]}.`));
  if (elsewhere !== undefined) return `Write ${elsewhere}, if that is meant: a short name is one of the own namespace.`;
  return world.hosts.serviceOf(host) === undefined
    ? 'Add a ServiceEntry for it, if it is outside the mesh, or write the whole name of the service.'
    : 'Create the service, or correct the name.';
}

function nearHost(world: World, host: string): string | undefined {
  const count = looked.get(world) ?? 0;
  looked.set(world, count + 1);
  return count < NEAR_NAMES_MAX ? nearestWord(host, world.hosts.names()) : undefined;
}
