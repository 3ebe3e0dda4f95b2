import { suggest } from '../../base/suggest.js';
import { CliError } from '../errors.js';

/** Finds file and line of a field. */
export type Place = (field: string) => string;

/** Reads one value of a file that a person wrote; whatever is not as it must be is an error with file and line. */
export class Reader {
  constructor(
    readonly value: unknown,
    readonly path: string,
    private readonly place: Place,
  ) {}

  get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  at(): string {
    return this.place(this.path);
  }

  /** The fields of a mapping, of which it may have only these. @throws CliError */
  fields<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, Reader>> {
    const object = this.mapping();
    for (const key of Object.keys(object)) {
      if ((names as readonly string[]).includes(key)) continue;
      const close = suggest(key, names);
      const hint = close === undefined ? `The fields here are ${names.join(', ')}.` : `Did you mean ${close}?`;
      throw this.wrong(`unknown field "${join(this.path, key)}"`, hint, join(this.path, key));
    }
    return Object.fromEntries(names.map((name) => [name, this.child(name, object[name])])) as Record<Name, Reader>;
  }

  /** The values of a mapping with any keys. */
  entries(): [string, Reader][] {
    if (!this.given) return [];
    return Object.entries(this.mapping()).map(([key, value]) => [key, this.child(key, value)]);
  }

  items(): Reader[] {
    if (!this.given) return [];
    if (!Array.isArray(this.value)) throw this.wrong('must be a list');
    return this.value.map((item, i) => new Reader(item, `${this.path}[${i}]`, this.place));
  }

  text(): string | undefined {
    if (!this.given) return undefined;
    if (typeof this.value === 'string') return this.value;
    throw this.wrong('must be a text');
  }

  number(): number | undefined {
    if (!this.given) return undefined;
    if (typeof this.value === 'number') return this.value;
    throw this.wrong('must be a number');
  }

  flag(): boolean | undefined {
    if (!this.given) return undefined;
    if (typeof this.value === 'boolean') return this.value;
    throw this.wrong('must be true or false');
  }

  wrong(what: string, hint?: string, path = this.path): CliError {
    const text = what.startsWith('unknown') ? what : `${path}: ${what}`;
    return new CliError('INVALID_TEST', `${this.place(path)}: ${text}`, hint);
  }

  private child(name: string, value: unknown): Reader {
    return new Reader(value, join(this.path, name), this.place);
  }

  private mapping(): Readonly<Record<string, unknown>> {
    if (typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)) {
      return this.value as Readonly<Record<string, unknown>>;
    }
    throw this.wrong('must be a mapping');
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
