import { chmod, lchown, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Any user of a container may write to an emptyDir, as kubelet makes it. */
const EMPTY_DIR_MODE = 0o777;
/** New files get the folder's group. */
const SET_GROUP_ID = 0o2000;
/** Of a file that its group is to read, and of a folder or file that it is to change. */
const GROUP_READS = 0o440;
const GROUP_WRITES = 0o660;
const GROUP_ENTERS = 0o110;

/** An emptyDir for the pod's users. @param group `fsGroup`, where this process may give files away */
export async function openEmptyDir(folder: string, group: number | undefined): Promise<void> {
  await chmod(folder, EMPTY_DIR_MODE);
  if (group === undefined) return;
  await lchown(folder, -1, group).catch(() => {});
  await chmod(folder, EMPTY_DIR_MODE | SET_GROUP_ID);
}

/** Gives the files of a volume that is made from objects to `fsGroup`, which may read them whatever their mode says. */
export async function giveToGroup(folder: string, group: number | undefined): Promise<void> {
  if (group === undefined) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    await lchown(file, -1, group).catch(() => {});
    if (entry.isSymbolicLink()) continue;
    const { mode } = await stat(file);
    await chmod(file, mode | (entry.isDirectory() ? GROUP_WRITES | GROUP_ENTERS | SET_GROUP_ID : GROUP_READS));
  }
  await lchown(folder, -1, group).catch(() => {});
}
