import { chmod, lchown, lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RuntimeError } from '../errors.js';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Users of base images for which this machine's file system stands, and which it may not have. */
const USUAL_USERS: Readonly<Record<string, Owner>> = {
  root: { uid: 0, gid: 0 },
  node: { uid: 1000, gid: 1000 },
  nobody: { uid: 65_534, gid: 65_534 },
  nonroot: { uid: 65_532, gid: 65_532 },
  nginx: { uid: 101, gid: 101 },
  'www-data': { uid: 33, gid: 33 },
};

/**
 * Who owns a stage's files where the file system cannot say: an ordinary user cannot give files away, yet the layer has owners.
 * By path from the stage's root.
 */
export type Owners = Map<string, Owner>;

/** Reads `--chown=USER[:GROUP]`, names or numbers. @param roots folders whose etc/passwd is looked at, the first first */
export async function ownerOf(text: string, roots: readonly string[]): Promise<Owner> {
  const [user = '', group] = text.split(':');
  const entry = await entryOf('etc/passwd', user, roots);
  const usual = Object.hasOwn(USUAL_USERS, user) ? USUAL_USERS[user] : undefined;
  const uid = /^\d+$/.test(user) ? Number(user) : entry ? Number(entry[2]) : usual?.uid;
  if (uid === undefined) throw new RuntimeError('NO_SUCH_USER', `can't find uid for user ${user}: no such user`);
  if (group === undefined || group === '') return { uid, gid: Number(entry?.[3] ?? usual?.gid ?? uid) };
  if (/^\d+$/.test(group)) return { uid, gid: Number(group) };
  const named = await entryOf('etc/group', group, roots);
  const gid = named ? Number(named[2]) : Object.hasOwn(USUAL_USERS, group) ? USUAL_USERS[group]?.gid : undefined;
  if (gid === undefined) throw new RuntimeError('NO_SUCH_GROUP', `can't find gid for group ${group}: no such group`);
  return { uid, gid };
}

/** Gives a file of a stage away. @param place path below `root` */
export async function giveTo(owner: Owner, root: string, place: string, owners: Owners): Promise<void> {
  if (process.getuid?.() !== 0) {
    owners.set(path.relative(root, place), owner);
    return;
  }
  const { mode } = await lstat(place);
  await lchown(place, owner.uid, owner.gid);
  // Which the change of the owner takes away.
  if ((mode & 0o6000) !== 0) await chmod(place, mode & 0o7777);
}

async function entryOf(file: string, wanted: string, roots: readonly string[]): Promise<string[] | undefined> {
  for (const root of roots) {
    const text = await readFile(path.join(root, file), 'utf8').catch(() => '');
    const lines = text.split('\n').map((line) => line.split(':'));
    const found = lines.find(([name, , number]) => name === wanted || number === wanted);
    if (found) return found;
  }
  return undefined;
}
