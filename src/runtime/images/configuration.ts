import { RuntimeError } from '../errors.js';
import type { Instruction } from './dockerfile.js';
import { healthcheckOf } from './healthcheck.js';
import type { ImageConfig } from './image.js';
import { expandWord, rawWords, type Variables } from './shell-words.js';

export type ConfigDraft = { -readonly [K in keyof ImageConfig]: ImageConfig[K] };

/** An instruction that changes no file but how the image is run. In place. Throws DOCKERFILE_INVALID. */
export function applyConfiguration(
  instruction: Instruction,
  config: ConfigDraft,
  values: Variables,
  shell: readonly string[],
): void {
  const { text, json, escapeWith } = instruction;
  const word = (raw: string) => expandWord(raw, values, escapeWith);
  const words = () => (json ?? rawWords(text, escapeWith)).map(word).filter((each) => each !== '');
  const command = () => json ?? [...shell, text];
  switch (instruction.name) {
    case 'ENV':
      config.Env = withVariables(
        config.Env,
        parsePairs(instruction).map(([name, value]) => [word(name), word(value)]),
      );
      return;
    case 'LABEL': {
      const pairs = parsePairs(instruction).map(([name, value]) => [word(name), word(value)]);
      config.Labels = { ...config.Labels, ...Object.fromEntries(pairs) };
      return;
    }
    case 'EXPOSE': {
      const ports = words().flatMap((port) => portsOf(port, instruction));
      config.ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) };
      return;
    }
    case 'VOLUME':
      config.Volumes = { ...config.Volumes, ...Object.fromEntries(words().map((folder) => [folder, {}])) };
      return;
    case 'USER':
      config.User = one(words(), instruction);
      return;
    case 'STOPSIGNAL':
      config.StopSignal = signal(one(words(), instruction), instruction);
      return;
    case 'CMD':
      config.Cmd = command();
      return;
    case 'ENTRYPOINT':
      config.Entrypoint = command();
      // A CMD of the base image belonged to the base image's entry point.
      delete config.Cmd;
      return;
    case 'HEALTHCHECK':
      config.Healthcheck = healthcheckOf(instruction);
      return;
    case 'ONBUILD':
      config.OnBuild = [...(config.OnBuild ?? []), text];
  }
}

/** The image's variables; Env has each name once. */
export function environmentOf(config: ImageConfig): Record<string, string> {
  return Object.fromEntries(
    (config.Env ?? []).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** The pairs of ENV and LABEL, not expanded: `A=1 B=2`, or the old form `A rest of the line`. */
export function parsePairs(instruction: Instruction): [string, string][] {
  const { name, text, escapeWith } = instruction;
  const words = rawWords(text, escapeWith);
  if (!words[0]?.includes('=')) {
    const [, key, value] = /^(\S+)\s+([\s\S]*)$/.exec(text) ?? [];
    if (key === undefined) throw invalid(instruction, `${name} must have two arguments`);
    return [[key, value!]];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0) {
      const form = 'Must be of the form: name=value';
      throw invalid(instruction, `Syntax error - can't find = in ${JSON.stringify(word)}. ${form}`);
    }
    if (equals === 0) throw invalid(instruction, `${name} names can not be blank`);
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}

function withVariables(before: readonly string[] = [], pairs: readonly (readonly string[])[]): string[] {
  const all = new Map(before.map((pair) => [pair.slice(0, pair.indexOf('=')), pair]));
  for (const [name, value] of pairs) all.set(name!, `${name}=${value}`);
  return [...all.values()];
}

const PORT_MAX = 65_535;

/** `80`, `53/udp`, `8000-8002/tcp` */
function portsOf(text: string, instruction: Instruction): string[] {
  const [, first, last, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last ?? first)];
  if (first === undefined || from < 1 || to > PORT_MAX || to < from) {
    throw invalid(instruction, `invalid containerPort: ${text}`);
  }
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol.toLowerCase()}`);
}

function signal(text: string, instruction: Instruction): string {
  if (/^(\d{1,2}|(SIG)?[A-Z][A-Z0-9+-]*)$/.test(text)) return text;
  throw invalid(instruction, `Invalid signal: ${text}`);
}

function one(words: readonly string[], instruction: Instruction): string {
  if (words.length !== 1) throw invalid(instruction, `${instruction.name} requires exactly one argument`);
  return words[0]!;
}

function invalid({ where }: Instruction, what: string): RuntimeError {
  return new RuntimeError('DOCKERFILE_INVALID', `${where}: ${what}`);
}
