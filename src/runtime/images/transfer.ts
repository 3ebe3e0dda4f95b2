import { RuntimeError } from '../errors.js';
import type { Image } from './image.js';
import { type ImageName, parseImageName } from './image-name.js';
import type { ImageStore } from './image-store.js';
import type { Descriptor } from './media-types.js';
import type { Credential, FindCredential } from './remote/credentials.js';
import { pullInto } from './remote/pull.js';
import { pushFrom } from './remote/push.js';
import { registryAddress } from './remote/registry-address.js';
import { RegistryClient } from './remote/registry-client.js';

export interface TransferOptions {
  readonly credentials: FindCredential | undefined;
  /** Certificates are not checked, and a registry that speaks no TLS is asked by HTTP. */
  readonly insecure: boolean;
  readonly progress: (line: string) => void;
}

/** Brings an image from its registry into the store, and unpacks it. Errors: NO_SUCH_IMAGE, REGISTRY_UNREACHABLE, UNAUTHORIZED … */
export async function pullImage(store: ImageStore, name: string, options: TransferOptions): Promise<Image> {
  const parsed = parseImageName(name);
  const found = await withClient(parsed, options, (client) =>
    pullInto(store.layout, client, parsed.digest ?? parsed.tag, options.progress),
  );
  if (!found) throw new RuntimeError('NO_SUCH_IMAGE', `${parsed.full}: not found`);
  await store.tag(found, [parsed], 'registry');
  const image = await store.find(parsed);
  if (!image) throw new RuntimeError('NO_SUCH_IMAGE', `${parsed.full} was removed while it was pulled`);
  await store.rootfs(image);
  return image;
}

/** @param target name to push it as @returns descriptor of what the tag names at the registry */
export async function pushImage(
  store: ImageStore,
  source: Descriptor,
  target: string,
  options: TransferOptions,
): Promise<Descriptor> {
  const parsed = parseImageName(target);
  return withClient(parsed, options, (client) =>
    pushFrom(store.layout, client, source, parsed.digest ?? parsed.tag, options.progress),
  );
}

async function withClient<T>(
  name: ImageName,
  { credentials, insecure }: TransferOptions,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const credential: Credential | undefined = await credentials?.(name.repository);
  const client = (plain: boolean) =>
    new RegistryClient({ address: registryAddress(name, plain), credential, insecure });
  try {
    return await work(client(false));
  } catch (error) {
    if (!insecure || !(error instanceof RuntimeError) || error.code !== 'REGISTRY_UNREACHABLE') throw error;
    return work(client(true));
  }
}
