import type { Descriptor } from './media-types.js';

/** Of an entry of the index: the complete name, as containerd writes it. */
export const NAME_ANNOTATION = 'io.containerd.image.name';
export const TAG_ANNOTATION = 'org.opencontainers.image.ref.name';
/** Of an entry that came from a registry, where `imagePullPolicy: Always` looks again. */
export const PULLED_ANNOTATION = 'io.trysail.pulled';

export function nameOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[NAME_ANNOTATION];
}

export function namesOf(manifests: readonly Descriptor[], digest: string): string[] {
  return manifests.filter((entry) => entry.digest === digest).flatMap((entry) => nameOf(entry) ?? []);
}
