import type { Timer } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { ListCheckerConfig } from '../config.js';
import type { PolicyEnvironment } from '../environment.js';
import { ALLOWED, INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, type Verdict } from '../status.js';
import { type CheckList, readList } from './list-entry-types.js';

/** A `listchecker`: is the value in the list? With a provider, the list is read again and again until the policy is closed. */
export class ListChecker {
  private list: CheckList | undefined;
  /** Until the first answer of the provider. */
  private first: Promise<void> | undefined;
  private timer: Timer | undefined;
  private fresh_ms = 0;
  private text: string | undefined;

  /** @throws PolicyError where the overrides are not of the type */
  constructor(
    private readonly name: string,
    private readonly config: ListCheckerConfig,
    private readonly environment: PolicyEnvironment,
  ) {
    if (config.providerUrl === '') this.list = readList(config.entryType, '', config.overrides);
    else
      this.first = this.refresh().finally(() => {
        this.first = undefined;
      });
  }

  /** A promise only before the provider's first answer. */
  check(value: string): Verdict | Promise<Verdict> {
    return this.first === undefined ? this.checkNow(value) : this.first.then(() => this.checkNow(value));
  }

  close(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.fresh_ms = Number.NaN;
  }

  private checkNow(value: string): Verdict {
    const { list, config } = this;
    // no list was ever read, or the last is too old: as in Mixer's proxies, a check that cannot be made does not refuse
    if (list === undefined) return ALLOWED;
    const problem = list.problem?.(value);
    if (problem !== undefined) return { code: INVALID_ARGUMENT, message: problem };
    const found = list.has(value);
    if (config.blacklist) return found ? { code: PERMISSION_DENIED, message: `${value} is blacklisted` } : ALLOWED;
    return found ? ALLOWED : { code: NOT_FOUND, message: `${value} is not whitelisted` };
  }

  private async refresh(): Promise<void> {
    const { config, environment } = this;
    const { clock, logger } = environment;
    try {
      const text = await environment.fetchList(config.providerUrl);
      if (text !== this.text) this.list = readList(config.entryType, text, config.overrides);
      this.text = text;
      if (!Number.isNaN(this.fresh_ms)) this.fresh_ms = clock.monotonic_ms();
    } catch (error) {
      logger.warn(`${this.name}: could not fetch list from ${config.providerUrl}: ${messageOf(error)}`);
      if (clock.monotonic_ms() - this.fresh_ms >= config.ttl_ms) this.purge();
    }
    if (!Number.isNaN(this.fresh_ms)) this.timer = clock.setTimer(config.refreshInterval_ms, () => void this.refresh());
  }

  private purge(): void {
    if (this.list !== undefined)
      this.environment.logger.warn(`${this.name}: purging list due to inability to refresh it in time`);
    this.list = undefined;
    this.text = undefined;
  }
}
