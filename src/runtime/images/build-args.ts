import { type Instruction, invalid } from './dockerfile.js';
import { thisArchitecture } from './media-types.js';
import { expandWord, rawWords, type Variables } from './shell-words.js';

/** Taken without an ARG, for RUN alone: they say how the builder reaches the network, and are no part of the image. */
const PROXY_ARGS = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** The values that ARG can have: given with the build, from before the first FROM, or about the platform. */
export class BuildArgs {
  /** Of ARG before the first FROM, and the platform's. */
  readonly global: Record<string, string>;
  private readonly used = new Set<string>();

  constructor(
    private readonly given: Variables,
    target: string | undefined,
  ) {
    const architecture = thisArchitecture();
    const platform = `linux/${architecture}`;
    this.global = {
      ...{ TARGETPLATFORM: platform, TARGETOS: 'linux', TARGETARCH: architecture, TARGETVARIANT: '' },
      ...{ BUILDPLATFORM: platform, BUILDOS: 'linux', BUILDARCH: architecture, BUILDVARIANT: '' },
      TARGETSTAGE: target ?? 'default',
    };
  }

  /** Of RUN. */
  get proxies(): Record<string, string> {
    const pairs = PROXY_ARGS.flatMap((name): [string, string][] => {
      const value = this.given[name];
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(pairs);
  }

  /** Given with the build, but named by no ARG. */
  get unused(): string[] {
    return Object.keys(this.given).filter((name) => !this.used.has(name) && !PROXY_ARGS.includes(name));
  }

  /** ARG before the first FROM. */
  declareGlobal(instruction: Instruction): void {
    for (const [name, initial] of pairsOf(instruction, () => this.global)) {
      const value = this.take(name) ?? initial;
      if (value !== undefined) this.global[name] = value;
    }
  }

  /** ARG in a stage. @param values what its default may name @param args gets the values */
  declare(instruction: Instruction, values: () => Variables, args: Record<string, string>): void {
    for (const [name, initial] of pairsOf(instruction, values)) {
      const value = this.take(name) ?? initial ?? (Object.hasOwn(this.global, name) ? this.global[name] : undefined);
      if (value !== undefined) args[name] = value;
    }
  }

  private take(name: string): string | undefined {
    this.used.add(name);
    return Object.hasOwn(this.given, name) ? this.given[name] : undefined;
  }
}

function* pairsOf(instruction: Instruction, values: () => Variables): Generator<[string, string | undefined]> {
  for (const raw of rawWords(instruction.text, instruction.escapeWith)) {
    const equals = raw.indexOf('=');
    const name = equals < 0 ? raw : raw.slice(0, equals);
    if (!/^[A-Za-z_][\w.-]*$/.test(name))
      throw invalid(instruction.where, `ARG names must be words, not ${JSON.stringify(name)}`);
    yield [name, equals < 0 ? undefined : expandWord(raw.slice(equals + 1), values(), instruction.escapeWith)];
  }
}
