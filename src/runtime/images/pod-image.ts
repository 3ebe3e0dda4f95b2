import { codeOf, messageOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import type { Image } from './image.js';
import { type ImageName, parseImageName } from './image-name.js';
import type { ImageStore } from './image-store.js';
import type { Descriptor } from './media-types.js';
import { PULLED_ANNOTATION } from './names.js';
import type { FindCredential } from './remote/credentials.js';
import { domainOf, isLoopback } from './remote/registry-address.js';
import { pullImage } from './transfer.js';

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface PodImageRequest {
  readonly credentials?: FindCredential;
  /** Called before a registry is asked. */
  readonly onPulling?: () => void;
}

/**
 * The image that a pod's container names. Names without a registry, and those that were built here, mean the store, which is the
 * mesh's registry too: a tag that was built anew is the new image at the next start. What came from another registry is asked for
 * there, as the policy says. Errors: `ErrImagePull`, `ErrImageNeverPull`, `InvalidImageName`.
 */
export async function resolveForPod(
  store: ImageStore,
  name: string,
  policy: PullPolicy,
  { credentials, onPulling }: PodImageRequest = {},
): Promise<Image> {
  const parsed = parsePodImage(name);
  const entry = await store.entry(parsed);
  const present = entry && (await store.find(parsed));
  if (present && !(policy === 'Always' && mayBeNewer(entry, parsed))) return present;
  if (policy === 'Never') {
    if (present) return present;
    const message = `Container image "${name}" is not present with pull policy of Never`;
    throw new RuntimeError('ErrImageNeverPull', message, buildHint(name));
  }
  onPulling?.();
  try {
    return await pullOnce(store, name, credentials);
  } catch (error) {
    // Built here under the name of a registry of this machine to which it was not pushed yet.
    if (present && entry.annotations?.[PULLED_ANNOTATION] === undefined) return present;
    throw new RuntimeError('ErrImagePull', pullMessage(name, parsed, error), buildHint(name), { cause: error });
  }
}

const pulls = new WeakMap<ImageStore, Map<string, Promise<Image>>>();

/** Pods that wait for the same image wait for one pull. */
function pullOnce(store: ImageStore, name: string, credentials: FindCredential | undefined): Promise<Image> {
  const running = pulls.get(store) ?? new Map<string, Promise<Image>>();
  pulls.set(store, running);
  const pull =
    running.get(name) ??
    pullImage(store, name, { credentials, insecure: false, progress: () => {} }).finally(() => running.delete(name));
  running.set(name, pull);
  return pull;
}

function mayBeNewer(entry: Descriptor, name: ImageName): boolean {
  // A digest means one content for ever.
  if (name.digest !== undefined) return false;
  return entry.annotations?.[PULLED_ANNOTATION] !== undefined || isLoopback(domainOf(name));
}

/** In containerd's words, and what to do about it. */
function pullMessage(name: string, parsed: ImageName, error: unknown): string {
  const isUnknown = codeOf(error) === 'NO_SUCH_IMAGE' || codeOf(error) === 'REGISTRY_UNREACHABLE';
  const step = isUnknown ? `failed to resolve reference "${parsed.full}": ` : '';
  const how = `failed to pull and unpack image "${parsed.full}": ${step}${messageOf(error)}`;
  return `${how}; image "${name}" is not in this mesh's image store: ${buildHint(name)}`;
}

function parsePodImage(name: string): ImageName {
  try {
    return parseImageName(name);
  } catch (error) {
    throw new RuntimeError(
      'InvalidImageName',
      `Failed to apply default image tag "${name}": couldn't parse image name "${name}": invalid reference format`,
      undefined,
      { cause: error },
    );
  }
}

function buildHint(name: string): string {
  return `build it with: trysail image build -t ${name} DIR`;
}
