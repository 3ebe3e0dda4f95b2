import { badRequest } from '../status-error.js';

/** Query parameters as Kubernetes reads them. */
export function boolean(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  // `?watch` alone means true.
  return value !== null && value !== 'false' && value !== '0';
}

export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^-?\d{1,15}$/.test(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax (parameter ${name})`);
  return Number(value);
}

export function text(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

/** The entries that are given; for options whose absence means something. */
export function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
