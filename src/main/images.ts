import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { SystemClock } from '../base/clock.js';
import { codeOf, TrysailError } from '../base/errors.js';
import type {
  ImageBuildOptions,
  ImageCommands,
  ImageMapping,
  ImageSummary,
  ImageTransferOptions,
  PushedImage,
  RegistryAccess,
} from '../cli/image-commands.js';
import { REGISTRY_PASSWORD_FILE } from '../cli/state-paths.js';
import { exportArchive } from '../runtime/images/archive/export.js';
import { importArchive, importFolder } from '../runtime/images/archive/import.js';
import { BaseImages, type BaseMapping, missingPrograms, USUAL_BASES } from '../runtime/images/base-images.js';
import { parseImageName } from '../runtime/images/image-name.js';
import { ImageStore } from '../runtime/images/image-store.js';
import { REGISTRY_USER } from '../runtime/images/registry/access.js';
import { canonicalRepository, RegistryCatalog } from '../runtime/images/registry/catalog.js';
import { type FindCredential, fileCredentials } from '../runtime/images/remote/credentials.js';
import { isLoopback } from '../runtime/images/remote/registry-address.js';
import { pullImage, pushImage, type TransferOptions } from '../runtime/images/transfer.js';

export interface StoreImagesOptions {
  readonly stateFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Of the mesh's registry, `127.0.0.1:5000`; undefined when it does not run. */
  readonly registryAddress: () => Promise<string | undefined>;
}

const ENGINE = /^(docker|podman|docker-daemon|containers-storage):(?:\/\/)?(.+)$/;
const PROGRAMS: Readonly<Record<string, string>> = { 'docker-daemon': 'docker', 'containers-storage': 'podman' };

/** The images of one mesh, running or not, for the commands. */
export class StoreImages implements ImageCommands {
  private readonly store: ImageStore;
  private readonly bases: BaseImages;

  constructor(private readonly options: StoreImagesOptions) {
    this.store = new ImageStore({ dir: join(options.stateFolder, 'images'), clock: new SystemClock() });
    this.bases = new BaseImages(this.store.layout);
  }

  build(options: ImageBuildOptions): Promise<ImageSummary> {
    return this.store.build({ ...options, credentials: fileCredentials(this.options.env) });
  }

  list(): Promise<ImageSummary[]> {
    return this.store.list();
  }

  find(name: string): Promise<ImageSummary | undefined> {
    return this.store.find(name);
  }

  async inspect(name: string): Promise<object> {
    const image = await this.store.find(name);
    if (!image) throw noSuchImage(name);
    const { digest, manifest, config } = await this.store.stored(image);
    const { hostBase, ...summary } = image;
    return {
      ...summary,
      ...(hostBase !== undefined && { baseFromThisMachine: hostBase }),
      os: config.os,
      architecture: config.architecture,
      ...(config.variant !== undefined && { variant: config.variant }),
      layers: manifest.layers,
      rootfs: config.rootfs,
      ...(config.history && { history: config.history }),
      manifest: digest,
      annotations: manifest.annotations ?? {},
    };
  }

  remove(name: string) {
    return this.store.remove(name);
  }

  async tag(source: string, target: string): Promise<void> {
    const entry = await this.store.entry(source);
    if (!entry) throw noSuchImage(source);
    await this.store.tag(entry, [parseImageName(target)]);
  }

  prune() {
    return this.store.prune();
  }

  async pull(name: string, options: ImageTransferOptions): Promise<ImageSummary> {
    const parsed = parseImageName(name);
    const here = isBare(name) ? await this.store.entry(parsed) : undefined;
    const local = here && !here.annotations?.['io.trysail.pulled'] ? await this.store.find(parsed) : undefined;
    if (local) {
      options.progress(`${name} is in the mesh's registry`);
      await this.store.tag({ ...here!, digest: local.digest }, [parsed]);
      return local;
    }
    return pullImage(this.store, name, await this.transfer(options));
  }

  async push(name: string, options: ImageTransferOptions): Promise<PushedImage> {
    const { repository, tag } = parseImageName(name);
    const source = await this.store.entry(name);
    if (!source) throw noSuchImage(name);
    if (!isBare(name)) {
      const { digest, size } = await pushImage(this.store, source, name, await this.transfer(options));
      return { repository, tag, digest, size };
    }
    const { mediaType, digest, size } = source;
    const path = canonicalRepository(repository);
    await new RegistryCatalog(this.store.layout).put(path, digest, { mediaType, size }, [tag]);
    const address = await this.options.registryAddress();
    return { repository: address && `${address}/${path}`, tag, digest, size };
  }

  async import(source: string, tags: readonly string[], stdin: Readable): Promise<ImageSummary[]> {
    const [, engine, name] = ENGINE.exec(source) ?? [];
    if (engine !== undefined && name !== undefined) return this.importFrom(PROGRAMS[engine] ?? engine, name, tags);
    if (source === '-') return importArchive(this.store, stdin, tags);
    const file = source.replace(/^(oci-archive|docker-archive|oci):/, '');
    const found = await stat(file).catch((error: unknown) => {
      throw new TrysailError(
        'NO_ARCHIVE',
        `Cannot import ${file}: ${codeOf(error) === 'ENOENT' ? 'no such file' : error}`,
      );
    });
    if (found.isDirectory()) return importFolder(this.store, file, tags);
    return importArchive(this.store, createReadStream(file), tags);
  }

  export(names: readonly string[], write: (archive: Readable) => Promise<void>): Promise<void> {
    return exportArchive(this.store, names, write);
  }

  async registry(): Promise<RegistryAccess> {
    return { address: await this.options.registryAddress(), username: REGISTRY_USER, password: await this.password() };
  }

  async mappings(): Promise<readonly ImageMapping[]> {
    const row = (mapping: BaseMapping, own: boolean) => ({ ...mapping, missing: this.missing(mapping), own });
    return [...(await this.bases.own()).map((each) => row(each, true)), ...USUAL_BASES.map((each) => row(each, false))];
  }

  async map(pattern: string, programs: readonly string[]): Promise<readonly string[]> {
    await this.bases.add({ pattern, programs });
    return this.missing({ pattern, programs });
  }

  unmap(pattern: string): Promise<void> {
    return this.bases.remove(pattern);
  }

  private missing(mapping: BaseMapping): string[] {
    return missingPrograms(mapping, this.options.env['PATH'] ?? '');
  }

  private async importFrom(program: string, name: string, tags: readonly string[]): Promise<ImageSummary[]> {
    const child = spawn(program, ['save', name], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
    const ended = once(child, 'close') as Promise<[number | null]>;
    const failed = (why: string): TrysailError =>
      new TrysailError(
        'ENGINE_FAILED',
        `Cannot take ${name} from ${program}: ${why}`,
        `Try \`${program} save ${name}\`.`,
      );
    const images = importArchive(this.store, child.stdout, tags);
    images.catch(() => {});
    const [code] = await ended.catch((error: unknown) => {
      throw failed(codeOf(error) === 'ENOENT' ? 'it is not installed' : String(error));
    });
    if (code !== 0) throw failed(said.trim() || `it ended with status ${code}`);
    return images;
  }

  private async transfer({ username, password, insecure, progress }: ImageTransferOptions): Promise<TransferOptions> {
    const given = username !== undefined && password !== undefined ? { username, password } : undefined;
    const credentials: FindCredential = async (repository) =>
      given ?? (await this.ownCredential(repository)) ?? fileCredentials(this.options.env)(repository);
    return { credentials, insecure, progress };
  }

  /** Who may read the state folder need not log in to the mesh's registry. */
  private async ownCredential(repository: string) {
    const domain = repository.slice(0, repository.indexOf('/'));
    const port = (await this.options.registryAddress())?.split(':')[1];
    if (port === undefined || !isLoopback(domain) || domain.split(':').at(-1) !== port) return undefined;
    const password = await this.password();
    return password === undefined ? undefined : { username: REGISTRY_USER, password };
  }

  private async password(): Promise<string | undefined> {
    const file = join(this.options.stateFolder, REGISTRY_PASSWORD_FILE);
    return readFile(file, 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );
  }
}

/** Without a registry: `shop/cart:v1`. */
function isBare(name: string): boolean {
  const first = name.slice(0, Math.max(0, name.indexOf('/')));
  return !(/[.:]/.test(first) || first === 'localhost');
}

function noSuchImage(name: string): TrysailError {
  return new TrysailError('NO_SUCH_IMAGE', `No such image: ${name}`, '`trysail image list` shows those there are.');
}
