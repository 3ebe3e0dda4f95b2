import type { AnswerRule } from '../scenario.js';
import { grpcFrame } from './grpc.js';
import type { RequestHead, Responder } from './upstream.js';

const BODILESS = new Set([101, 204, 304]);

/** The rules of one upstream, and what waits for a release. */
export class Answers {
  private rules: { readonly rule: AnswerRule; used: number }[];
  private held: (() => void)[] = [];

  constructor(
    private readonly name: string,
    rules: readonly AnswerRule[],
  ) {
    this.rules = rules.map((rule) => ({ rule, used: 0 }));
  }

  replace(rules: readonly AnswerRule[]): void {
    this.rules = rules.map((rule) => ({ rule, used: 0 }));
  }

  release(): void {
    for (const go of this.held.splice(0)) go();
  }

  /** The rule for a request; none: 200 with the upstream's name. */
  choose(request: RequestHead): AnswerRule {
    const found = this.rules.find(
      ({ rule, used }) => fits(rule, request) && used < (rule.times ?? Number.POSITIVE_INFINITY),
    );
    if (found === undefined) return {};
    found.used++;
    return found.rule;
  }

  /** Takes a choice back: the request is not complete yet. */
  unchoose(rule: AnswerRule): void {
    const found = this.rules.find((one) => one.rule === rule);
    if (found !== undefined) found.used--;
  }

  async give(rule: AnswerRule, to: Responder): Promise<void> {
    if (rule.hold === true) await new Promise<void>((resolve) => this.held.push(resolve));
    if (rule.delay_ms !== undefined) await elapsed(rule.delay_ms);
    for (const { status, headers = {} } of rule.informational ?? []) to.informational(status, headers);
    if (rule.raw !== undefined) to.raw(rule.raw);
    else if (rule.status !== 0) await this.answer(rule, to);
    if (rule.then === 'close') to.close();
    else if (rule.then === 'reset') to.reset();
  }

  private async answer(rule: AnswerRule, to: Responder): Promise<void> {
    const { status = 200, headers = {}, chunks, trailers, then } = rule;
    const fields = Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, String(value)] as const),
    );
    if (rule.grpc !== undefined && !('content-type' in headers)) fields.push(['content-type', 'application/grpc']);
    const body = bodyOf(rule, this.name);
    const streamed = chunks !== undefined || trailers !== undefined || rule.grpc !== undefined;
    to.head(status, fields, streamed ? undefined : body.length);
    if (chunks === undefined) to.data(body);
    for (const chunk of chunks ?? []) {
      if (rule.chunk_delay_ms !== undefined) await elapsed(rule.chunk_delay_ms);
      to.data(Buffer.from(chunk));
    }
    if (then === undefined) to.end(rule.grpc === undefined ? trailers : { 'grpc-status': '0', ...trailers });
  }
}

function bodyOf({ body, size, status = 200, grpc }: AnswerRule, name: string): Buffer {
  if (grpc !== undefined) return grpcFrame(grpc.type, grpc.message);
  if (size !== undefined) return Buffer.alloc(size, 'x');
  return Buffer.from(body ?? (BODILESS.has(status) ? '' : name));
}

function fits({ path, method, when = {} }: AnswerRule, request: RequestHead): boolean {
  if (path !== undefined && !request.path.startsWith(path)) return false;
  if (method !== undefined && request.method !== method) return false;
  return Object.entries(when).every(([name, value]) => request.header(name) === value);
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
