import { type Document, isMap, isNode, type LineCounter } from 'yaml';
import { ApiError } from '../../client/client.js';
import type { KubeObject } from '../../resources/object.js';

/** A place in what a user wrote; without line where nothing is known but the file. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One object that a user wrote, and where. */
export class Manifest {
  /**
   * @param file as the user named it; `-` is the standard input
   * @param path of the object inside its document: empty, or the item of a List
   */
  constructor(
    readonly object: KubeObject,
    readonly file: string,
    readonly document: Document,
    private readonly lines: LineCounter,
    readonly path: readonly (string | number)[],
  ) {}

  /** `rules.yaml:12`: the line of the field, or of its nearest parent that is written. @param field `spec.route[0].weight` */
  locate(field = ''): string {
    const { file, line } = this.place(field);
    return line === undefined ? file : `${file}:${line}`;
  }

  /** Where {@link locate} points, with the column. Both count from 1. */
  place(field = ''): Place {
    const keys = [...this.path, ...fieldPath(field)];
    for (let length = keys.length; length >= 0; length--) {
      const offset = this.offsetOf(keys.slice(0, length));
      if (offset === undefined) continue;
      const { line, col } = this.lines.linePos(offset);
      return { file: this.file, line, column: col };
    }
    return { file: this.file };
  }

  /** The same error with file and line before its message; for a field that the server complains of, the field's line. */
  explain(error: unknown): unknown {
    // Status 0: the server never saw the object.
    if (!(error instanceof ApiError) || error.status === 0) return error;
    const message = `${this.locate(fieldOf(error))}: ${error.message}`;
    return new ApiError(error.status, error.reason, message, error.details);
  }

  private offsetOf(keys: readonly (string | number)[]): number | undefined {
    const last = keys.at(-1);
    const parent = this.document.getIn(keys.slice(0, -1), true);
    // The key, because a value may start on the next line.
    if (typeof last === 'string' && isMap(parent)) {
      const key = parent.items.find((pair) => isNode(pair.key) && pair.key.toJSON() === last)?.key;
      return isNode(key) ? key.range?.[0] : undefined;
    }
    const node = keys.length === 0 ? this.document.contents : this.document.getIn(keys, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }
}

/** `spec.route[0].weight` as keys. */
function fieldPath(field: string): (string | number)[] {
  return [...field.matchAll(/\[(\d+)\]|\[([^\]]+)\]|([^.[\]]+)/g)].map(([, index, key, name]) =>
    index === undefined ? (key ?? name ?? '') : Number(index),
  );
}

/** The first field that a Status object complains of. Those that a kind does not have are in its message alone. */
function fieldOf({ details, message }: ApiError): string | undefined {
  const causes = (details as { causes?: readonly { field?: string }[] } | undefined)?.causes;
  return causes?.find(({ field }) => field)?.field ?? /(?:unknown|duplicate) field "([^"]+)"/.exec(message)?.[1];
}
