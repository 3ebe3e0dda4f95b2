import { networkInterfaces } from 'node:os';
import type { JsonValue } from '@bufbuild/protobuf';

/** Text of one proxy with what differs from run to run replaced by names. */
export type Normalise = (text: string) => string;

const PORT = /(127(?:\.\d{1,3}){3}|localhost|\[::1?\]|0\.0\.0\.0):(\d{1,5})\b/g;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/^date: .*$/gim, 'date: <date>'],
  [/^(x-envoy-upstream-service-time|x-envoy-expected-rq-timeout-ms): \d+$/gim, '$1: <ms>'],
];

/** Envoy names the machine by its first address that is not loopback. */
const MACHINE = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal }) => !internal)
  .map(({ address }) => address);

/**
 * @param ports port -> name
 * @param masks regular expression -> what stands for it
 */
export function normaliser(
  ports: () => ReadonlyMap<number, string>,
  masks: Readonly<Record<string, string>>,
  folder: string,
): Normalise {
  const own = Object.entries(masks).map(([pattern, name]) => [new RegExp(pattern, 'gm'), name] as const);
  return (text) => {
    let out = text.replaceAll(folder, '<folder>');
    out = out.replace(PORT, (_, host: string, port: string) => `${host}:<${ports().get(Number(port)) ?? 'port'}>`);
    for (const address of MACHINE) out = out.replaceAll(address, '<machine>');
    out = out.replace(UUID, '<uuid>');
    for (const [pattern, name] of [...CHANGING, ...own]) out = out.replace(pattern, name);
    return out;
  };
}

/** Every string of a value. */
export function normaliseAll(value: unknown, normalise: Normalise): JsonValue {
  if (typeof value === 'string') return normalise(value);
  if (Array.isArray(value)) return value.map((item) => normaliseAll(item, normalise));
  if (value === null || typeof value !== 'object') return value as JsonValue;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [normalise(key), normaliseAll(item, normalise)]));
}
