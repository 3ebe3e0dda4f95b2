import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Container } from 'kubernetes-types/core/v1.js';
import type { PodObject } from '../../../resources/types.js';
import type { ContainerSpec } from '../../drivers/driver.js';
import { RuntimeError } from '../../errors.js';
import type { ImageConfig } from '../../images/image.js';
import { podText } from './pod-context.js';

type Security = Pick<ContainerSpec, 'user' | 'readOnlyRoot' | 'capabilities' | 'noNewPrivileges'>;

export interface SecurityInputs {
  readonly pod: PodObject;
  readonly container: Container;
  readonly image: ImageConfig;
  readonly rootfs: string | undefined;
}

/**
 * As whom a container runs and what it may: its own securityContext before the pod's, before the image's USER.
 * @throws RuntimeError RUNS_AS_ROOT where it must not and would
 */
export async function containerSecurity({ pod, container, image, rootfs }: SecurityInputs): Promise<Security> {
  const ofPod = pod.spec.securityContext ?? {};
  const own = container.securityContext ?? {};
  const runAsUser = own.runAsUser ?? ofPod.runAsUser;
  if (own.runAsNonRoot ?? ofPod.runAsNonRoot) checkNotRoot(pod, container, runAsUser, image.User ?? '');
  const { uid, gid } = await accountOf(runAsUser === undefined ? (image.User ?? '') : String(runAsUser), rootfs);
  const group = own.runAsGroup ?? ofPod.runAsGroup ?? gid;
  const groups = [...(ofPod.supplementalGroups ?? []), ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup])];
  const isRoot = (uid ?? 0) === 0 && (group ?? 0) === 0 && groups.length === 0;
  const { add = [], drop = [] } = own.capabilities ?? {};
  return {
    ...(isRoot ? {} : { user: { uid: uid ?? 0, gid: group ?? 0, groups } }),
    ...(own.readOnlyRootFilesystem ? { readOnlyRoot: true } : {}),
    ...(add.length + drop.length > 0 && !own.privileged ? { capabilities: { add, drop } } : {}),
    ...(own.allowPrivilegeEscalation === false ? { noNewPrivileges: true } : {}),
  };
}

/** Kubelet's verifyRunAsNonRoot, in its words. */
function checkNotRoot(pod: PodObject, container: Container, runAsUser: number | undefined, imageUser: string): void {
  const who = `(pod: ${JSON.stringify(podText(pod))}, container: ${container.name})`;
  if (runAsUser === 0) throw new RuntimeError('RUNS_AS_ROOT', `container's runAsUser breaks non-root policy ${who}`);
  if (runAsUser !== undefined) return;
  const [name = ''] = imageUser.split(':');
  if (name === '' || Number(name) === 0) {
    throw new RuntimeError('RUNS_AS_ROOT', `container has runAsNonRoot and image will run as root ${who}`);
  }
  if (/^\d+$/.test(name)) return;
  throw new RuntimeError(
    'RUNS_AS_ROOT',
    `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root ${who}`,
  );
}

/** `USER` of a Dockerfile: user or user:group, each a name or a number. A name that nobody has counts as root. */
async function accountOf(text: string, rootfs: string | undefined): Promise<{ uid?: number; gid?: number }> {
  const [user = '', group] = text.split(':');
  if (user === '') return {};
  const entry = await entryOf('etc/passwd', user, rootfs);
  const uid = /^\d+$/.test(user) ? Number(user) : entry && Number(entry[2]);
  const groupEntry = group === undefined || /^\d+$/.test(group) ? undefined : await entryOf('etc/group', group, rootfs);
  const named = groupEntry ? Number(groupEntry[2]) : Number(group ?? entry?.[3] ?? 0);
  return { ...(uid === undefined ? {} : { uid }), gid: Number.isInteger(named) ? named : 0 };
}

/** A line of passwd(5) or group(5) by name or number: the image's file, which lies over the machine's, else that. */
async function entryOf(file: string, wanted: string, rootfs: string | undefined): Promise<string[] | undefined> {
  for (const root of [...(rootfs === undefined ? [] : [rootfs]), '/']) {
    const text = await readFile(path.join(root, file), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const lines = text.split('\n').map((line) => line.split(':'));
    return lines.find(([name, , number]) => name === wanted || number === wanted);
  }
  return undefined;
}
