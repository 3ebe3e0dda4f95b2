import { readFileSync } from 'node:fs';
import { messageOf } from '../../base/errors.js';
import type { DirectResponseAction } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { RouteConfiguration } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { ConfigError } from '../errors.js';

/** Envoy's, where `max_direct_response_body_size_bytes` is not set. */
export const BODY_BYTES_MAX = 4_096;

export interface DirectResponse {
  readonly kind: 'direct';
  readonly status: number;
  /** latin1 */
  readonly body: string;
}

/** @throws ConfigError */
export function compileDirect(direct: DirectResponseAction, table: RouteConfiguration, path: string): DirectResponse {
  if (direct.status < 200 || direct.status >= 600)
    throw new ConfigError(`${path}.status`, 'value must be inside range [200, 600)');
  const body = bodyOf(direct, `${path}.body`);
  const limit_bytes = table.maxDirectResponseBodySizeBytes ?? BODY_BYTES_MAX;
  if (body.length > limit_bytes)
    throw new ConfigError(`${path}.body`, `response body size is ${body.length} bytes; maximum is ${limit_bytes}`);
  return { kind: 'direct', status: direct.status, body };
}

function bodyOf(direct: DirectResponseAction, path: string): string {
  const specifier = direct.body?.specifier;
  switch (specifier?.case) {
    case undefined:
      return '';
    case 'inlineString':
      return Buffer.from(specifier.value, 'utf8').toString('latin1');
    case 'inlineBytes':
      return Buffer.from(specifier.value).toString('latin1');
    case 'filename':
      return readBody(specifier.value, `${path}.filename`);
    case 'environmentVariable':
      return Buffer.from(environment(specifier.value, `${path}.environment_variable`), 'utf8').toString('latin1');
  }
}

function readBody(file: string, path: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw new ConfigError(path, messageOf(error));
  }
}

function environment(name: string, path: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new ConfigError(path, `Environment variable doesn't exist: ${name}`);
  return value;
}
