import type { HeaderMap } from '../../wire/http1/index.js';
import {
  type RetryPolicy_RateLimitedRetryBackOff as Config,
  RetryPolicy_ResetHeaderFormat as Format,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';

/** Envoy's default of `max_interval`. */
const MAX_INTERVAL_MS = 300_000;

/** Milliseconds after which an answer says to come again; undefined where it does not say, or asks for too long. */
export type ResetInterval = (headers: HeaderMap, now_ms: number) => number | undefined;

/** @throws ConfigError */
export function compileResetHeaders(config: Config | undefined, path: string): ResetInterval | undefined {
  if (config === undefined) return undefined;
  if (config.resetHeaders.length === 0)
    throw new ConfigError(`${path}.reset_headers`, 'value must contain at least 1 item(s)');
  const headers = config.resetHeaders.map(({ name, format }) => ({ name: name.toLowerCase(), format }));
  const most_ms = milliseconds(config.maxInterval, MAX_INTERVAL_MS);
  return (answer, now_ms) => {
    for (const { name, format } of headers) {
      const value = answer.get(name);
      if (value === undefined || !/^\d{1,15}$/.test(value)) continue;
      const now_s = Math.floor(now_ms / 1_000);
      const interval_ms = (format === Format.SECONDS ? Number(value) : Number(value) - now_s) * 1_000;
      if (interval_ms > 0 && interval_ms <= most_ms) return interval_ms;
    }
    return undefined;
  };
}
