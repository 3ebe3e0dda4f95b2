import { isIPv6 } from 'node:net';

/** `10.1.0.0/16`: the network of an address. */
export function maskedAddress(address: string, v4_bits: number, v6_bits: number): string {
  if (!isIPv6(address)) return `${join4(mask(split4(address), 8, v4_bits))}/${v4_bits}`;
  return `${compress(mask(split6(address), 16, v6_bits))}/${v6_bits}`;
}

function mask(parts: readonly number[], width: number, bits: number): readonly number[] {
  return parts.map((part, i) => {
    const kept = Math.max(0, Math.min(width, bits - i * width));
    return part & ~((1 << (width - kept)) - 1);
  });
}

function split4(address: string): readonly number[] {
  return address.split('.').map(Number);
}

function join4(parts: readonly number[]): string {
  return parts.join('.');
}

function split6(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const parse = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16));
  const front = parse(head);
  const back = parse(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  return [...front, ...Array<number>(zeros).fill(0), ...back];
}

/** RFC 5952 §4.2: the longest run of zeros is left out. */
function compress(parts: readonly number[]): string {
  const text = parts.map((part) => part.toString(16)).join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text;
  const at = text.indexOf(longest);
  const rest = text.slice(at + longest.length);
  return `${text.slice(0, at)}::${rest.startsWith(':') ? rest.slice(1) : rest}`;
}
