import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where the folders of dynamically made volumes are. */
export interface VolumeFolders {
  /** @returns its absolute path */
  create(volume: string): Promise<string>;
  /** Removes a folder with all that is in it, if it is one of these. @returns whether it was */
  remove(path: string): Promise<boolean>;
}

/** Folders below one, which is made with the first of them. */
export class LocalFolders implements VolumeFolders {
  constructor(private readonly root: string) {}

  async create(volume: string): Promise<string> {
    const path = join(this.root, volume);
    await mkdir(path, { recursive: true });
    // Programs of any user write into it, whatever the process's mask is.
    await chmod(path, 0o777);
    return path;
  }

  async remove(path: string): Promise<boolean> {
    if (dirname(path) !== this.root) return false;
    await rm(path, { recursive: true, force: true });
    return true;
  }
}
