import { mkdir, realpath } from 'node:fs/promises';
import type { Container } from 'kubernetes-types/core/v1.js';
import { codeOf } from '../../../base/errors.js';
import type { ContainerSpec } from '../../drivers/driver.js';
import { RuntimeError } from '../../errors.js';

/**
 * Makes the folders that `subPath` names and nobody made, and refuses those that a link leads out of their volume, as kubelet.
 * @param volumes folder of each
 * @throws RuntimeError SUB_PATH
 */
export async function prepareSubPaths(
  { name, volumeMounts = [] }: Container,
  mounts: ContainerSpec['mounts'],
  volumes: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { name: volume, mountPath, subPath, subPathExpr } of volumeMounts) {
    const source = mounts.find(({ target }) => target === mountPath)?.source;
    const folder = volumes.get(volume);
    if (!(subPath || subPathExpr) || source === undefined || folder === undefined) continue;
    const place = await realpath(source).catch(async (error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
      await mkdir(source, { recursive: true, mode: 0o777 });
      return realpath(source);
    });
    const inside = await realpath(folder);
    if (place === inside || place.startsWith(`${inside}/`)) continue;
    throw new RuntimeError(
      'SUB_PATH',
      `failed to prepare subPath for volumeMount "${volume}" of container "${name}": it leads out of the volume`,
    );
  }
}
