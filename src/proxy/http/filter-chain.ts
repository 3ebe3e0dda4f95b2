import type { FilterOverrides } from '../route/filter-overrides.js';
import type { HttpFilter } from './http-filter.js';

type With<Hook extends keyof HttpFilter> = HttpFilter & Required<Pick<HttpFilter, Hook>>;

/** The filters of one connection manager, and which of them want to see what; empty lists cost a request one look each. */
export class FilterChain {
  readonly requestBody: readonly With<'onRequestBody'>[];
  readonly requestEnd: readonly With<'onRequestEnd'>[];
  readonly response: readonly With<'onResponse'>[];
  readonly responseBody: readonly With<'onResponseBody'>[];
  readonly responseTrailers: readonly With<'onResponseTrailers'>[];
  readonly done: readonly With<'onDone'>[];

  readonly all: readonly HttpFilter[];
  /** Chains of routes that switch filters on or off. */
  private readonly selections = new WeakMap<FilterOverrides, FilterChain>();

  /**
   * @param configured every filter
   * @param off those that are off where no route says something to them
   */
  constructor(
    private readonly configured: readonly HttpFilter[],
    private readonly off: ReadonlySet<HttpFilter> = NONE,
  ) {
    const all = off.size === 0 ? configured : configured.filter((filter) => !off.has(filter));
    this.all = all;
    const backwards = [...all].reverse();
    this.requestBody = all.filter((filter) => has(filter, 'onRequestBody'));
    this.requestEnd = all.filter((filter) => has(filter, 'onRequestEnd'));
    this.response = backwards.filter((filter) => has(filter, 'onResponse'));
    this.responseBody = backwards.filter((filter) => has(filter, 'onResponseBody'));
    this.responseTrailers = backwards.filter((filter) => has(filter, 'onResponseTrailers'));
    this.done = all.filter((filter) => has(filter, 'onDone'));
  }

  /** The chain of a request whose route says this to the filters. */
  select(overrides: FilterOverrides): FilterChain {
    if (overrides.size === 0) return this;
    let selected = this.selections.get(overrides);
    if (selected === undefined) {
      const off = this.configured.filter((filter) => overrides.get(filter.name)?.disabled ?? this.off.has(filter));
      const same = off.length === this.off.size && off.every((filter) => this.off.has(filter));
      selected = same ? this : new FilterChain(this.configured, new Set(off));
      this.selections.set(overrides, selected);
    }
    return selected;
  }
}

const NONE: ReadonlySet<HttpFilter> = new Set();

function has<Hook extends keyof HttpFilter>(filter: HttpFilter, hook: Hook): filter is With<Hook> {
  return filter[hook] !== undefined;
}
