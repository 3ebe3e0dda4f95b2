import { WheelTimer } from '../../../base/timer-wheel.js';
import type { ConfigSource } from '../../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import type { ProxyContext } from '../../context.js';
import { milliseconds } from '../duration.js';

/** Envoy's default of `initial_fetch_timeout`. */
const INITIAL_FETCH_TIMEOUT_MS = 15_000;
/** Stands for a whole type. */
export const WHOLE_TYPE = '*';

/** Ends the wait for resources that do not come: what waits for them then begins without. */
export class FetchTimeouts {
  private readonly timers = new Map<string, WheelTimer>();

  constructor(
    private readonly context: ProxyContext,
    private readonly onTimeout: (typeUrl: string, name: string) => void,
  ) {}

  /** @param source undefined, where nobody configured one: waits for as long as it takes */
  begin(typeUrl: string, name: string, source: ConfigSource | undefined): void {
    const limit_ms = source === undefined ? 0 : milliseconds(source.initialFetchTimeout, INITIAL_FETCH_TIMEOUT_MS);
    if (limit_ms <= 0) return;
    const timer = new WheelTimer(() => {
      this.timers.delete(keyOf(typeUrl, name));
      this.onTimeout(typeUrl, name);
    });
    this.end(typeUrl, name);
    this.timers.set(keyOf(typeUrl, name), timer);
    this.context.wheel.arm(timer, limit_ms);
  }

  end(typeUrl: string, name: string): void {
    const key = keyOf(typeUrl, name);
    const timer = this.timers.get(key);
    if (timer === undefined) return;
    this.context.wheel.cancel(timer);
    this.timers.delete(key);
  }

  close(): void {
    for (const timer of this.timers.values()) this.context.wheel.cancel(timer);
    this.timers.clear();
  }
}

function keyOf(typeUrl: string, name: string): string {
  return `${typeUrl}\n${name}`;
}
