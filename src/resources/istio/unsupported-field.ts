/** A field that Istio knows and that our compiler does not yet act on. */
export interface UnsupportedField {
  readonly kind: string;
  /** Path from the object's root; `[]` is each item of a list. */
  readonly path: string;
  /** Values that need no support because they ask for what happens anyway. */
  readonly harmless?: (value: unknown) => boolean;
  /** What of the field is unsupported, where it is not all. For people. */
  readonly only?: string;
  /** Why it will stay so; absent where it is only a matter of time. */
  readonly because?: string;
}

export const isEmpty = (value: unknown): boolean =>
  value === false || value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

export const isOneOf =
  (...values: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'string' && values.includes(value.toUpperCase());

export function fields(kind: string, ...paths: string[]): UnsupportedField[] {
  return paths.map((path) => ({ kind, path }));
}

/** Fields that stay unsupported. @param because `Istio does not implement it` */
export function refusedFields(kind: string, because: string, ...paths: string[]): UnsupportedField[] {
  return paths.map((path) => ({ kind, path, because }));
}
