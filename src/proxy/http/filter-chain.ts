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

  constructor(readonly all: readonly HttpFilter[]) {
    const backwards = [...all].reverse();
    this.requestBody = all.filter((filter) => has(filter, 'onRequestBody'));
    this.requestEnd = all.filter((filter) => has(filter, 'onRequestEnd'));
    this.response = backwards.filter((filter) => has(filter, 'onResponse'));
    this.responseBody = backwards.filter((filter) => has(filter, 'onResponseBody'));
    this.responseTrailers = backwards.filter((filter) => has(filter, 'onResponseTrailers'));
    this.done = all.filter((filter) => has(filter, 'onDone'));
  }
}

function has<Hook extends keyof HttpFilter>(filter: HttpFilter, hook: Hook): filter is With<Hook> {
  return filter[hook] !== undefined;
}
