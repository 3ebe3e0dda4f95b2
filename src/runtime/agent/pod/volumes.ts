import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Volume } from 'kubernetes-types/core/v1.js';
import { messageOf } from '../../../base/errors.js';
import { parseQuantity } from '../../../resources/validation/quantity.js';
import type { Driver } from '../../drivers/driver.js';
import { RuntimeError } from '../../errors.js';
import { type VolumeFiles, writeAtomically } from './atomic-folder.js';
import { claimedFolder } from './claimed-folder.js';
import { giveToGroup, openEmptyDir } from './volume-access.js';
import { type VolumeSources, volumeContents } from './volume-contents.js';

/** A pod's volumes as folders: made once, and written anew where what they are made from changed. */
export class PodVolumes {
  /** Folder of each volume by its name. */
  readonly places = new Map<string, string>();
  private readonly written = new Map<string, VolumeFiles>();
  private refreshing: Promise<void> | undefined;
  private again = false;
  private readonly releases: (() => void)[] = [];

  /**
   * @param volumes those of the pod's spec and the agent's own
   * @param folder removed by the caller with the pod
   */
  constructor(
    private readonly sources: () => VolumeSources,
    private readonly volumes: readonly Volume[],
    private readonly folder: string,
    private readonly keepInMemory?: Driver['keepInMemory'],
  ) {}

  /** Takes away what a folder's removal would not; when no program uses it any more. */
  release(): void {
    for (const release of this.releases.splice(0)) release();
  }

  /** @throws RuntimeError VOLUME_FAILED: it may be tried again */
  async make(): Promise<void> {
    for (const volume of this.volumes) {
      try {
        this.places.set(volume.name, await this.makeVolume(volume));
      } catch (cause) {
        this.release();
        const message = `MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(cause)}`;
        throw new RuntimeError('VOLUME_FAILED', message, undefined, { cause });
      }
    }
  }

  /** Writes what changed. A volume whose object went or cannot be read keeps its files. Never rejects. */
  refresh(): Promise<void> {
    this.again = true;
    this.refreshing ??= this.refreshAll().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async refreshAll(): Promise<void> {
    while (this.again) {
      this.again = false;
      for (const volume of this.volumes) {
        if (!this.written.has(volume.name)) continue;
        const files = await volumeContents(this.sources(), volume).catch(() => undefined);
        if (files) await this.write(volume.name, files).catch(() => {});
      }
    }
  }

  private async makeVolume(volume: Volume): Promise<string> {
    if (volume.hostPath) return volume.hostPath.path;
    if (volume.persistentVolumeClaim) return claimedFolder(this.sources(), volume.persistentVolumeClaim.claimName);
    const folder = path.join(this.folder, volume.name);
    const files = await volumeContents(this.sources(), volume);
    if (!files && !volume.emptyDir) {
      const type = Object.keys(volume).find((key) => key !== 'name');
      throw new RuntimeError(
        'VOLUME_UNSUPPORTED',
        `volumes of type ${type} are not supported; use emptyDir, hostPath or persistentVolumeClaim`,
      );
    }
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    if (volume.emptyDir?.medium === 'Memory') this.moveToMemory(folder, volume.emptyDir.sizeLimit);
    if (volume.emptyDir) await openEmptyDir(folder, this.group);
    if (files) await this.write(volume.name, files);
    return folder;
  }

  private moveToMemory(folder: string, limit: string | undefined): void {
    const release = this.keepInMemory?.(folder, limit === undefined ? undefined : parseQuantity(limit));
    if (release) this.releases.push(release);
  }

  private get group(): number | undefined {
    return this.sources().facts.pod.spec.securityContext?.fsGroup;
  }

  private async write(name: string, files: VolumeFiles): Promise<void> {
    const old = this.written.get(name);
    if (old && same(old, files)) return;
    await writeAtomically(path.join(this.folder, name), files);
    await giveToGroup(path.join(this.folder, name), this.group);
    this.written.set(name, files);
  }
}

function same(a: VolumeFiles, b: VolumeFiles): boolean {
  return (
    a.size === b.size &&
    [...a].every(([name, { content, mode }]) => {
      const other = b.get(name);
      return other !== undefined && other.mode === mode && other.content.equals(content);
    })
  );
}
