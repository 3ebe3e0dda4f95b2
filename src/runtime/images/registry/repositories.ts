import type { OciLayout } from '../oci-layout.js';

const FILE = 'registry.json';

/** What was pushed under one repository's name. */
export interface Repository {
  /** By digest. */
  readonly manifests: Readonly<Record<string, PushedManifest>>;
  /** Tag -> digest. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface PushedManifest {
  readonly mediaType: string;
  readonly size: number;
  /** Digest of the manifest that this one is about (signatures, SBOMs). */
  readonly subject?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

type Repositories = Readonly<Record<string, Repository>>;

const EMPTY: Repository = { manifests: {}, tags: {} };

/** What the mesh's registry holds, beside the names of the image store, whose blobs it shares. Safe for several processes. */
export class RegistryRepositories {
  constructor(private readonly layout: OciLayout) {}

  async all(): Promise<Repositories> {
    return (await this.layout.readDocument<{ repositories: Repositories }>(FILE))?.repositories ?? {};
  }

  async get(name: string): Promise<Repository | undefined> {
    const all = await this.all();
    return Object.hasOwn(all, name) ? all[name] : undefined;
  }

  put(name: string, digest: string, manifest: PushedManifest, tags: readonly string[]): Promise<void> {
    return this.change(name, (repository) => ({
      manifests: { ...repository.manifests, [digest]: manifest },
      tags: { ...repository.tags, ...Object.fromEntries(tags.map((tag) => [tag, digest])) },
    }));
  }

  removeTag(name: string, tag: string): Promise<void> {
    return this.change(name, ({ manifests, tags }) => ({ manifests, tags: without(tags, (key) => key === tag) }));
  }

  /** With its tags. */
  removeManifest(name: string, digest: string): Promise<void> {
    return this.change(name, ({ manifests, tags }) => ({
      manifests: without(manifests, (key) => key === digest),
      tags: without(tags, (_, target) => target === digest),
    }));
  }

  private change(name: string, change: (repository: Repository) => Repository): Promise<void> {
    return this.layout.changeDocument<{ repositories: Repositories }>(FILE, (value) => {
      const repositories = new Map(Object.entries(value?.repositories ?? {}));
      const changed = change(repositories.get(name) ?? EMPTY);
      if (Object.keys(changed.manifests).length === 0) repositories.delete(name);
      else repositories.set(name, changed);
      return { repositories: Object.fromEntries(repositories) };
    });
  }
}

function without<T>(values: Readonly<Record<string, T>>, drop: (key: string, value: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => !drop(key, value)));
}
