import { RuntimeError } from '../../errors.js';
import { type ImageName, parseImageName } from '../image-name.js';
import { readStored } from '../image-reader.js';
import type { Descriptor } from '../media-types.js';
import { NAME_ANNOTATION, nameOf, TAG_ANNOTATION } from '../names.js';
import type { OciLayout } from '../oci-layout.js';
import { type PushedManifest, RegistryRepositories } from './repositories.js';

const OFFICIAL = 'docker.io/';

/**
 * What the registry offers: what was pushed to it, and the images of the store by their names without Docker's registry
 * (`docker.io/shop/cart` is `shop/cart` here). What is pushed is in the store at once, so that pods find it under that name.
 */
export class RegistryCatalog {
  private readonly pushed: RegistryRepositories;

  constructor(private readonly layout: OciLayout) {
    this.pushed = new RegistryRepositories(layout);
  }

  /** In order of names. */
  async repositories(): Promise<string[]> {
    const stored = (await this.storedNames()).map(({ repository }) => repository);
    return [...new Set([...Object.keys(await this.pushed.all()), ...stored])].sort();
  }

  /** In order; undefined when there is no such repository. */
  async tags(repository: string): Promise<string[] | undefined> {
    const stored = (await this.storedNames()).filter((each) => each.repository === repository);
    const pushed = await this.pushed.get(repository);
    if (!pushed && stored.length === 0) return undefined;
    return [...new Set([...Object.keys(pushed?.tags ?? {}), ...stored.map(({ tag }) => tag)])].sort();
  }

  /** @param reference tag or digest */
  async find(repository: string, reference: string): Promise<Descriptor | undefined> {
    const pushed = await this.pushed.get(repository);
    const stored = (await this.storedNames()).filter((each) => each.repository === repository);
    // A push is in the store too: what stands there under a tag is the newer one.
    const found = stored.find(({ tag, entry }) => tag === reference || entry.digest === reference);
    if (found) return found.entry;
    const digest = reference.includes(':') ? reference : own(pushed?.tags, reference);
    const manifest = digest === undefined ? undefined : own(pushed?.manifests, digest);
    return digest === undefined || !manifest ? undefined : { ...manifest, digest };
  }

  /** What is about another manifest: signatures, SBOMs. */
  async referrers(repository: string, subject: string): Promise<Descriptor[]> {
    const manifests = Object.entries((await this.pushed.get(repository))?.manifests ?? {});
    return manifests
      .filter(([, manifest]) => manifest.subject === subject)
      .map(([digest, { mediaType, size, artifactType, annotations }]) => ({
        ...{ mediaType, digest, size },
        ...(artifactType !== undefined && { artifactType }),
        ...(annotations && { annotations }),
      }));
  }

  /** Keeps a manifest whose parts are here, under tags too. An image for this machine becomes one of the store's. */
  async put(repository: string, digest: string, manifest: PushedManifest, tags: readonly string[]): Promise<void> {
    await this.pushed.put(repository, digest, manifest, tags);
    if (tags.length === 0) return;
    const isRunnable = await this.isRunnable(digest);
    const names = tags.flatMap((tag) => completed(repository, tag) ?? []);
    const full = new Set(names.map((name) => name.full));
    await this.layout.changeIndex((entries) => [
      ...entries.filter((entry) => !full.has(nameOf(entry) ?? '')),
      // What is no image for this machine has the tag nevertheless.
      ...(isRunnable ? names : []).map((name) => ({
        mediaType: manifest.mediaType,
        digest,
        size: manifest.size,
        annotations: { [NAME_ANNOTATION]: name.full, [TAG_ANNOTATION]: name.tag },
      })),
    ]);
  }

  /** @param reference tag, or digest, which goes with its tags @returns false when there is none */
  async remove(repository: string, reference: string): Promise<boolean> {
    if (!(await this.find(repository, reference))) return false;
    if (reference.includes(':')) await this.pushed.removeManifest(repository, reference);
    else await this.pushed.removeTag(repository, reference);
    await this.layout.changeIndex((entries) =>
      entries.filter((entry) => {
        const stored = storedName(entry);
        return stored?.repository !== repository || (stored.tag !== reference && entry.digest !== reference);
      }),
    );
    return true;
  }

  /** Of everything that was pushed. */
  async pushedDigests(): Promise<string[]> {
    return Object.values(await this.pushed.all()).flatMap(({ manifests }) => Object.keys(manifests));
  }

  private async isRunnable(digest: string): Promise<boolean> {
    try {
      const { config } = await readStored(this.layout, digest);
      return config.rootfs?.type === 'layers';
    } catch {
      return false;
    }
  }

  private async storedNames(): Promise<{ repository: string; tag: string; entry: Descriptor }[]> {
    return (await this.layout.readIndex()).manifests.flatMap((entry) => storedName(entry) ?? []);
  }
}

/** The registry's name of a repository as clients write it: Docker's folder of official images goes without saying. */
export function canonicalRepository(name: string): string {
  return name.replace(/^docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '');
}

function storedName(entry: Descriptor): { repository: string; tag: string; entry: Descriptor } | undefined {
  const name = nameOf(entry);
  const parsed = name === undefined ? undefined : parseImageName(name);
  if (!parsed || parsed.digest !== undefined) return undefined;
  const repository = canonicalRepository(parsed.repository);
  // `localhost:5000/web` is a name of some registry's, which cannot be one inside of another.
  return repository.includes(':') ? undefined : { repository, tag: parsed.tag, entry };
}

function completed(repository: string, tag: string): ImageName | undefined {
  try {
    const hasDomain = /^[^/]*[.:][^/]*\//.test(repository);
    return parseImageName(`${hasDomain ? '' : OFFICIAL}${repository}:${tag}`);
  } catch (error) {
    if (error instanceof RuntimeError) return undefined;
    throw error;
  }
}

function own<T>(values: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return values && Object.hasOwn(values, key) ? values[key] : undefined;
}
