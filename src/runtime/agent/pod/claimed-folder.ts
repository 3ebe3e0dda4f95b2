import { mkdir, stat } from 'node:fs/promises';
import { RuntimeError } from '../../errors.js';
import type { VolumeSources } from './volume-contents.js';

/**
 * The folder behind a claim of the pod's namespace.
 * @throws RuntimeError CLAIM_UNBOUND, VOLUME_MISSING
 */
export async function claimedFolder({ facts, reader }: VolumeSources, name: string): Promise<string> {
  const claim = await reader.claim(facts.pod.metadata.namespace ?? 'default', name);
  if (!claim) throw new RuntimeError('CLAIM_UNBOUND', `persistentvolumeclaim "${name}" not found`);
  if (claim.status?.phase !== 'Bound') throw new RuntimeError('CLAIM_UNBOUND', `PVC "${name}" is not bound`);
  const volume = await reader.persistentVolume(claim.spec.volumeName ?? '');
  const { hostPath, local } = volume?.spec ?? {};
  const path = hostPath?.path ?? local?.path;
  if (path === undefined) {
    throw new RuntimeError('VOLUME_MISSING', `persistentvolume "${claim.spec.volumeName}" not found`);
  }
  if (hostPath?.type === 'DirectoryOrCreate') await mkdir(path, { recursive: true });
  else if (local && !(await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new RuntimeError(
      'VOLUME_MISSING',
      `path "${path}" of persistentvolume "${claim.spec.volumeName}" is no folder`,
    );
  }
  return path;
}
