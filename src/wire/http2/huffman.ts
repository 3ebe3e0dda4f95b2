/**
 * RFC 7541 appendix B as the lengths of the codes, in bits, of the symbols 0 to 255 and of the end: the code is canonical, so the
 * lengths give the codes.
 */
const LENGTHS: readonly number[] = (
  '13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28 6 10 10 12 13 6 8 11 10 10 8 ' +
  '11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10 13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6 15 5 6 5 6 5 ' +
  '6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28 20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 ' +
  '23 23 21 22 23 22 23 23 24 22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23 26 ' +
  '26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27 20 24 20 21 22 21 21 23 22 22 25 ' +
  '25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26 30'
)
  .split(' ')
  .map(Number);

const END = 256;
const LENGTH_MAX = 30;

/** Codes by length: the first code of each, and the symbols in order. */
const FIRST_CODE = new Int32Array(LENGTH_MAX + 2);
const FIRST_INDEX = new Int32Array(LENGTH_MAX + 2);
const COUNT = new Int32Array(LENGTH_MAX + 2);
const SYMBOLS: number[] = [];

/** All codes of at most eight bits, by the next eight bits: symbol * 16 + length; 0 for longer codes. */
const SHORT = new Uint16Array(256);

build();

function build(): void {
  let code = 0;
  for (let length = 1; length <= LENGTH_MAX; length++) {
    code <<= 1;
    FIRST_CODE[length] = code;
    FIRST_INDEX[length] = SYMBOLS.length;
    for (let symbol = 0; symbol <= END; symbol++) {
      if (LENGTHS[symbol] !== length) continue;
      if (length <= 8) SHORT.fill(symbol * 16 + length, code << (8 - length), (code + 1) << (8 - length));
      SYMBOLS.push(symbol);
      COUNT[length] = COUNT[length]! + 1;
      code++;
    }
  }
}

/** @returns the text (latin1), or undefined when the bytes are no Huffman coding of one */
export function huffmanDecode(buf: Uint8Array, start: number, end: number): string | undefined {
  let out = '';
  let bits = 0;
  let count = 0;
  let at = start;
  for (;;) {
    while (count < LENGTH_MAX - 7 && at < end) {
      bits = (bits << 8) | buf[at++]!;
      count += 8;
    }
    if (count === 0) return out;
    const peek = count >= 8 ? (bits >>> (count - 8)) & 0xff : ((bits << (8 - count)) | (0xff >> count)) & 0xff;
    const short = SHORT[peek]!;
    if (short !== 0 && (short & 15) <= count) {
      out += String.fromCharCode(short >> 4);
      count -= short & 15;
      bits &= (1 << count) - 1;
      continue;
    }
    if (at === end && isPadding(bits, count)) return out;
    const length = longCode(bits, count);
    if (length === 0) {
      if (at === end) return undefined;
      // the code is longer than what the register held
      if (count > LENGTH_MAX - 8) return undefined;
      continue;
    }
    const symbol = SYMBOLS[FIRST_INDEX[length]! + (bits >>> (count - length)) - FIRST_CODE[length]!]!;
    if (symbol === END) return undefined;
    out += String.fromCharCode(symbol);
    count -= length;
    bits &= (1 << count) - 1;
  }
}

/** RFC 7541 §5.2: at most seven bits, all ones. */
function isPadding(bits: number, count: number): boolean {
  return count < 8 && bits === (1 << count) - 1;
}

/** The length of the code of more than eight bits at the front of `bits`; 0 when there is none in so few bits. */
function longCode(bits: number, count: number): number {
  for (let length = 9; length <= Math.min(count, LENGTH_MAX); length++) {
    const offset = (bits >>> (count - length)) - FIRST_CODE[length]!;
    if (offset >= 0 && offset < COUNT[length]!) return length;
  }
  return 0;
}
