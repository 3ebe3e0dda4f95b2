import type { Readable } from 'node:stream';
import { CliError } from '../errors.js';
import type { ImageCommands, ImageSummary } from '../image-commands.js';

/** A store with one image, for tests of what commands print. */
export class FakeImages implements ImageCommands {
  constructor(private readonly image: ImageSummary) {}

  build = async () => this.image;
  list = async () => [this.image];
  find = async (name: string) => (this.image.names.includes(`docker.io/${name}`) ? this.image : undefined);
  remove = async (name: string) => ({ untagged: [name], deleted: undefined });
  tag = async () => {};
  prune = async () => ({ blobs: 1, bytes: 2_000 });
  pull = async () => this.image;
  push = async () => ({ repository: '127.0.0.1:5000/shop/cart', tag: 'v1', digest: this.image.digest, size: 7 });
  import = async () => [this.image];
  registry = async () => ({ address: '127.0.0.1:5000', username: 'trysail', password: 'secret' });
  mappings = async () => [{ pattern: 'node', programs: ['node'], missing: [], own: false }];
  map = async () => [];
  unmap = async () => {};

  async export(_names: readonly string[], _write: (archive: Readable) => Promise<void>): Promise<void> {}

  async inspect(name: string): Promise<object> {
    const found = await this.find(name);
    if (found) return found;
    throw new CliError('NO_SUCH_IMAGE', `No such image: ${name}`, '`trysail image list` shows those there are.');
  }
}
