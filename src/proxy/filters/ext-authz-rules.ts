import {
  type BufferSettings,
  type ExtAuthzPerRoute,
  ExtAuthzPerRouteSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { HttpStream } from '../http/http-stream.js';
import { allOverridesOf } from '../route/filter-overrides.js';
import type { CompileOverride } from './http-filter-kind.js';

/** How much of a request's body the service gets. */
export interface BodySettings {
  readonly max: number;
  readonly partial: boolean;
}

/** What one level of the routes says to `ext_authz`. */
export class ExtAuthzRoute {
  readonly disabled: boolean;
  readonly extensions: Readonly<Record<string, string>>;
  /** 'off': none; undefined leaves the filter's. */
  readonly body: BodySettings | 'off' | undefined;

  /** @throws ConfigError */
  constructor({ override }: ExtAuthzPerRoute, path: string) {
    this.disabled = override.case === 'disabled' && override.value;
    const settings = override.case === 'checkSettings' ? override.value : undefined;
    this.extensions = settings?.contextExtensions ?? {};
    const off = settings?.disableRequestBodyBuffering === true;
    if (off && settings?.withRequestBody !== undefined)
      throw new ConfigError(
        `${path}.check_settings`,
        'disable_request_body_buffering and with_request_body exclude each other',
      );
    this.body = off ? 'off' : compileBody(settings?.withRequestBody, `${path}.check_settings.with_request_body`);
  }

  static readonly compileOverride: CompileOverride = (any, path) =>
    new ExtAuthzRoute(unpack(any, ExtAuthzPerRouteSchema), path);
}

/** @throws ConfigError */
export function compileBody(config: BufferSettings | undefined, path: string): BodySettings | undefined {
  if (config === undefined) return undefined;
  if (config.maxRequestBytes === 0) throw new ConfigError(`${path}.max_request_bytes`, 'must be greater than 0');
  return { max: config.maxRequestBytes, partial: config.allowPartialMessage };
}

/** What all levels say together: the most specific one decides, but every level adds to the extensions. */
export function routeRules(stream: HttpStream, name: string): Pick<ExtAuthzRoute, 'disabled' | 'extensions' | 'body'> {
  const levels = allOverridesOf(stream, name, ExtAuthzRoute);
  const [nearest] = levels;
  if (nearest === undefined) return NOTHING_SAID;
  if (levels.length === 1) return nearest;
  const extensions = Object.assign({}, ...levels.toReversed().map((level) => level.extensions)) as Record<
    string,
    string
  >;
  return { disabled: nearest.disabled, body: nearest.body, extensions };
}

const NOTHING_SAID = { disabled: false, extensions: {}, body: undefined };
