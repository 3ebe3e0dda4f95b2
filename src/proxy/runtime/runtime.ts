import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { LayeredRuntime } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { ConfigError } from '../errors.js';

/** One key's value as of now; whoever reads it often keeps the cell. */
export interface RuntimeCell {
  /** undefined where no layer has the key. */
  value: JsonValue | undefined;
}

interface Layer {
  readonly name: string;
  readonly values: Map<string, JsonValue>;
  readonly isAdmin: boolean;
}

/** Envoy's `layered_runtime`: a later layer's value of a key hides those of the ones before. */
export class Runtime {
  private readonly layers: readonly Layer[];
  private readonly cells = new Map<string, RuntimeCell>();

  /** @throws ConfigError for a layer that is neither static nor the admin's, or two of one name */
  constructor(config?: LayeredRuntime) {
    this.layers = (config?.layers ?? []).map((layer, i) => {
      const path = `layered_runtime.layers[${i}]`;
      const specifier = layer.layerSpecifier;
      const values = new Map<string, JsonValue>();
      if (specifier.case === 'staticLayer') flatten(specifier.value, '', values);
      else if (specifier.case !== 'adminLayer') throw new ConfigError(path, 'needs static_layer or admin_layer');
      return { name: layer.name, values, isAdmin: specifier.case === 'adminLayer' };
    });
    if (new Set(this.layers.map(({ name }) => name)).size < this.layers.length)
      throw new ConfigError('layered_runtime.layers', 'Duplicate layer name');
  }

  cell(key: string): RuntimeCell {
    let cell = this.cells.get(key);
    if (cell === undefined) {
      cell = { value: this.lookUp(key) };
      this.cells.set(key, cell);
    }
    return cell;
  }

  get layerNames(): readonly string[] {
    return this.layers.map(({ name }) => name);
  }

  /** Each key with its value in every layer and the one that holds. */
  get entries(): readonly { readonly key: string; readonly layers: readonly string[]; readonly final: string }[] {
    const keys = new Set(this.layers.flatMap(({ values }) => [...values.keys()]));
    return [...keys].sort().map((key) => ({
      key,
      layers: this.layers.map(({ values }) => textOf(values.get(key))),
      final: textOf(this.lookUp(key)),
    }));
  }

  /**
   * Sets keys of the admin's layer; an empty value takes a key away.
   * @returns false when there is no such layer
   */
  modify(changes: ReadonlyMap<string, string>): boolean {
    const admin = this.layers.find(({ isAdmin }) => isAdmin);
    if (admin === undefined) return false;
    for (const [key, value] of changes) {
      if (value === '') admin.values.delete(key);
      else admin.values.set(key, value);
      const cell = this.cells.get(key);
      if (cell !== undefined) cell.value = this.lookUp(key);
    }
    return true;
  }

  private lookUp(key: string): JsonValue | undefined {
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const value = this.layers[i]!.values.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

/** `{ a: { b: 1 } }` is the key `a.b`; a fraction stays whole. */
function flatten(object: JsonObject, prefix: string, values: Map<string, JsonValue>): void {
  for (const [name, value] of Object.entries(object)) {
    const key = prefix + name;
    const isFraction = typeof value === 'object' && value !== null && ('numerator' in value || 'denominator' in value);
    if (typeof value !== 'object' || value === null || Array.isArray(value) || isFraction) values.set(key, value);
    else flatten(value, `${key}.`, values);
  }
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
