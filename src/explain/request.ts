import type { RoutedHeaders } from '../proxy/route/route-match.js';
import { HeaderMap } from '../wire/http1/index.js';

/** A request as its caller would send it. Nothing is sent. */
export interface RequestSpec {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** Where the caller connects to: a name or an address, and a port. */
  readonly host: string;
  readonly port: number;
  /** What it says as Host. */
  readonly authority: string;
  /** With its query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What routes see of the request. */
export function routedHeaders({ method, scheme, authority, path, headers }: RequestSpec): RoutedHeaders {
  const fields = new HeaderMap();
  fields.add('host', authority);
  for (const [name, value] of headers) fields.add(name.toLowerCase(), value);
  return { method, scheme, path, host: authority, headers: fields };
}

export function urlOf({ scheme, authority, path }: RequestSpec): string {
  return `${scheme}://${authority}${path}`;
}
