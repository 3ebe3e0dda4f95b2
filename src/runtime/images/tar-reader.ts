import { RuntimeError } from '../errors.js';

const BLOCK = 512;
/** Of a name, a link, or all records of one extended header. */
const EXTENDED_BYTES_MAX = 1024 * 1024;

export interface TarEntry {
  readonly name: string;
  readonly kind: 'file' | 'link' | 'symlink' | 'folder' | 'other';
  readonly link: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime_s: number;
  /** Bytes of content. */
  readonly size: number;
  /** Must be read to its end, or not at all: what is left is passed over. */
  readonly content: AsyncIterable<Buffer>;
}

/** Reads a tar archive: ustar, pax, and GNU's long names (POSIX.1-2001; GNU tar manual, "Basic Tar Format"). Throws TAR_INVALID. */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const bytes = new ByteReader(source);
  let extended: Extended = {};
  for (;;) {
    const header = await bytes.take(BLOCK);
    if (!header || header.every((byte) => byte === 0)) return;
    checkSum(header);
    const size = extended.size ?? numberAt(header, 124, 12);
    const flag = String.fromCharCode(header[156]!);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if ('xgLK'.includes(flag)) {
      if (size > EXTENDED_BYTES_MAX) throw invalid(`an extended header of ${size} bytes`);
      const body = await bytes.need(size);
      await bytes.need(padding);
      if (flag === 'x') extended = { ...extended, ...paxOf(body) };
      if (flag === 'L') extended = { ...extended, path: cString(body) };
      if (flag === 'K') extended = { ...extended, linkpath: cString(body) };
      continue;
    }
    if (flag === 'S' || extended.sparse) throw invalid('a sparse file, which is not supported');
    const kind = KINDS[flag] ?? 'other';
    const content = bytes.content(kind === 'file' ? size : 0);
    yield { ...entryOf(header, extended), kind, size: kind === 'file' ? size : 0, content };
    await bytes.skip(kind === 'file' ? content.left : 0);
    if (kind !== 'file' && kind !== 'link') await bytes.skip(size);
    await bytes.skip(kind === 'link' ? 0 : padding);
    extended = {};
  }
}

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'folder',
};

interface Extended {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly sparse?: boolean;
}

function entryOf(header: Buffer, extended: Extended): Omit<TarEntry, 'kind' | 'size' | 'content'> {
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? cString(header.subarray(345, 500)) : '';
  const name = cString(header.subarray(0, 100));
  const isGnu = header.toString('latin1', 257, 265) === 'ustar  \0';
  return {
    name: extended.path ?? (prefix !== '' && !isGnu ? `${prefix}/${name}` : name),
    link: extended.linkpath ?? cString(header.subarray(157, 257)),
    mode: numberAt(header, 100, 8) & 0o7777,
    uid: extended.uid ?? numberAt(header, 108, 8),
    gid: extended.gid ?? numberAt(header, 116, 8),
    mtime_s: numberAt(header, 136, 12),
  };
}

function paxOf(body: Buffer): Extended {
  const found: Record<string, string> = {};
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at);
    const length = Number(body.toString('latin1', at, blank));
    const equals = body.indexOf(0x3d, blank);
    if (blank < 0 || !Number.isInteger(length) || length <= 0 || equals < 0 || at + length > body.length) {
      throw invalid('a broken extended header');
    }
    found[body.toString('utf8', blank + 1, equals)] = body.toString('utf8', equals + 1, at + length - 1);
    at += length;
  }
  const { path, linkpath, size, uid, gid } = found;
  return {
    ...(path !== undefined && { path }),
    ...(linkpath !== undefined && { linkpath }),
    ...(size !== undefined && { size: Number(size) }),
    ...(uid !== undefined && { uid: Number(uid) }),
    ...(gid !== undefined && { gid: Number(gid) }),
    ...(Object.keys(found).some((key) => key.startsWith('GNU.sparse.')) && { sparse: true }),
  };
}

function checkSum(header: Buffer): void {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += header[at]!;
  if (sum !== numberAt(header, 148, 8)) throw invalid('a header whose checksum is wrong');
}

/** Octal digits, or, where the first bit is set, a big-endian number (GNU). */
function numberAt(header: Buffer, at: number, length: number): number {
  if ((header[at]! & 0x80) !== 0) {
    let value = header[at]! & 0x7f;
    for (let index = 1; index < length; index++) value = value * 256 + header[at + index]!;
    return value;
  }
  const text = cString(header.subarray(at, at + length)).trim();
  if (text === '') return 0;
  if (!/^[0-7]+$/.test(text)) throw invalid('a header with a broken number');
  return Number.parseInt(text, 8);
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function invalid(what: string): RuntimeError {
  return new RuntimeError('TAR_INVALID', `Cannot read the tar archive: it has ${what}`);
}

class ByteReader {
  private readonly iterator: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** @returns undefined at the end of the source */
  async take(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.some(missing);
      if (!part) {
        if (parts.length === 0) return undefined;
        throw invalid('an entry that is cut off');
      }
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async need(length: number): Promise<Buffer> {
    const taken = length === 0 ? Buffer.alloc(0) : await this.take(length);
    if (!taken) throw invalid('an entry that is cut off');
    return taken;
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.wanted(left)).length;
  }

  content(length: number): AsyncIterable<Buffer> & { left: number } {
    const next = (left: number) => this.wanted(left);
    return {
      left: length,
      async *[Symbol.asyncIterator]() {
        while (this.left > 0) {
          const part = await next(this.left);
          this.left -= part.length;
          yield part;
        }
      },
    };
  }

  private async wanted(left: number): Promise<Buffer> {
    const part = await this.some(left);
    if (!part) throw invalid('an entry that is cut off');
    return part;
  }

  private async some(length_max: number): Promise<Buffer | undefined> {
    while (this.rest.length === 0) {
      const { value, done } = await this.iterator.next();
      if (done) return undefined;
      this.rest = value;
    }
    const part = this.rest.subarray(0, length_max);
    this.rest = this.rest.subarray(part.length);
    return part;
  }
}
