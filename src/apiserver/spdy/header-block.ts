import { constants, inflateRawSync } from 'node:zlib';
import { DICTIONARY } from './dictionary.js';

/** Far above what a port-forward's streams say of themselves. */
const HEADERS_BYTES_MAX = 16 * 1024;
/** How far back deflate can refer. */
const WINDOW_BYTES = 32 * 1024;
/** RFC 1950: two bytes of zlib's own, then the checksum of the dictionary. */
const ZLIB_HEADER_BYTES = 6;

/** RFC 1950 header: no dictionary, fastest. Once for each direction. */
const ZLIB_HEADER = Buffer.from([0x78, 0x01]);
/** RFC 1951: a stored block of the four bytes "no headers", and an empty one, at which readers hand over what they have. */
const NO_HEADERS = Buffer.from([0x00, 0x04, 0x00, 0xfb, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff]);

/**
 * Reads the header blocks of one connection, which are one zlib stream. A sender flushes after each, so each starts at a byte
 * and can be inflated by itself with what came before as its dictionary.
 */
export class HeaderReader {
  private window = DICTIONARY;
  private isFirst = true;

  /** @throws Error where the block is no SPDY/3 header block */
  read(block: Buffer): Map<string, string> {
    const deflated = this.isFirst ? block.subarray(ZLIB_HEADER_BYTES) : block;
    this.isFirst = false;
    const plain = inflateRawSync(deflated, {
      dictionary: this.window,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: HEADERS_BYTES_MAX,
    });
    this.window = Buffer.concat([this.window, plain]).subarray(-WINDOW_BYTES);
    return parse(plain);
  }
}

/** Writes header blocks without headers: all that a server of port-forwards has to say. */
export class EmptyHeaderWriter {
  private isFirst = true;

  write(): Buffer {
    const block = this.isFirst ? Buffer.concat([ZLIB_HEADER, NO_HEADERS]) : NO_HEADERS;
    this.isFirst = false;
    return block;
  }
}

function parse(plain: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const start = at + 4;
    at = start + plain.readUInt32BE(at);
    if (at > plain.length) throw new RangeError('a header is longer than its block');
    return plain.toString('latin1', start, at);
  };
  for (let left = plain.readUInt32BE(0); left > 0; left--) headers.set(text(), text());
  return headers;
}
