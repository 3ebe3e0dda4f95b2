import { readdir, rm } from 'node:fs/promises';
import { removeCgroups } from '../../runtime/drivers/netns/cgroups.js';
import { removeLeftovers } from '../../runtime/drivers/process/process-driver.js';
import { netnsFolder } from '../node/node-config.js';
import type { Instance } from './instance.js';

const NODE_FOLDER = /^node-\d+$/;

/** What nodes that were killed could not remove: processes of pods, and the files of their volumes, secrets among them. */
export async function removeLeftoversOf(instance: Instance): Promise<void> {
  for (const name of await readdir(instance.folder).catch(() => [])) {
    if (!NODE_FOLDER.test(name)) continue;
    await removeLeftovers(instance.path(name));
    await rm(instance.path(name, 'pods'), { recursive: true, force: true });
  }
  removeCgroups(netnsFolder(instance.runFolder));
}
