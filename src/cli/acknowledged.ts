import type { Writable } from 'node:stream';
import { SNAPSHOT_KINDS } from '../compiler/index.js';
import type { KubeObject } from '../resources/object.js';
import { CliError } from './errors.js';
import type { ApiSession } from './session.js';

/** The server answers a question within this time, so that no connection is silent for long. */
const QUESTION_MAX_S = 20;
/** Objects in one question: a path has its limits. */
const OBJECTS_MAX = 200;
const MS_PER_S = 1_000;
/** Names of proxies in one line; the others are counted. */
const NAMES_SHOWN_MAX = 10;

/** Kinds by which proxies are configured, and that a user writes. */
const WAITED_KINDS: ReadonlySet<string> = new Set(Object.values(SNAPSHOT_KINDS).map(({ kind }) => kind));

type Answer =
  | { readonly state: 'acknowledged'; readonly proxies: readonly string[]; readonly warnings: readonly string[] }
  | { readonly state: 'rejected'; readonly reasons: readonly string[] }
  | { readonly state: 'waiting'; readonly missing: readonly string[] };

export interface AcknowledgedOptions {
  readonly session: Pick<ApiSession, 'client'>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Milliseconds. */
  readonly now: () => number;
  readonly timeout_s: number;
}

/** What a command has written, and the wait until all proxies have it: `--wait` of apply, create, replace and delete. */
export class Acknowledged {
  private readonly objects: string[] = [];
  private readonly started_ms: number;

  constructor(private readonly options: AcknowledgedOptions) {
    this.started_ms = options.now();
  }

  wrote(object: KubeObject): void {
    this.add(object, `@${object.metadata.resourceVersion ?? ''}`);
  }

  deleted(kind: string, name: string, namespace: string | undefined): void {
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    this.add({ apiVersion: '', kind, metadata }, '');
  }

  /** @throws CliError where a proxy refuses it, an object cannot be applied, or the time is over */
  async wait(): Promise<void> {
    const { stdout, stderr, now } = this.options;
    if (this.objects.length === 0) {
      stdout.write('nothing to wait for: no proxy is configured by these kinds\n');
      return;
    }
    const proxies = new Set<string>();
    for (let from = 0; from < this.objects.length; from += OBJECTS_MAX) {
      const answer = await this.ask(this.objects.slice(from, from + OBJECTS_MAX));
      for (const name of answer.proxies) proxies.add(name);
      for (const warning of answer.warnings) stderr.write(`warning: ${warning}\n`);
    }
    const took = `${Math.round(now() - this.started_ms)} ms`;
    const who = proxies.size === 1 ? '1 proxy' : `${proxies.size} proxies`;
    stdout.write(
      proxies.size === 0 ? `no proxy needed a change, after ${took}\n` : `acknowledged by ${who} in ${took}\n`,
    );
  }

  private add({ kind, metadata }: KubeObject, version: string): void {
    if (WAITED_KINDS.has(kind)) this.objects.push(`${kind}/${metadata.namespace ?? ''}/${metadata.name}${version}`);
  }

  private async ask(objects: readonly string[]): Promise<Extract<Answer, { state: 'acknowledged' }>> {
    const { session, now, timeout_s } = this.options;
    for (;;) {
      const left_s = timeout_s - (now() - this.started_ms) / MS_PER_S;
      const question_s = Math.max(0, Math.min(left_s, QUESTION_MAX_S));
      const query = new URLSearchParams(objects.map((object): [string, string] => ['object', object]));
      query.set('timeoutSeconds', question_s.toFixed(3));
      const answer = (await session.client.getPath(`/trysail/v1/acknowledged?${query}`)) as Answer;
      if (answer.state === 'acknowledged') return answer;
      if (answer.state === 'rejected') throw new CliError('REJECTED', answer.reasons.join('; '));
      if (left_s <= QUESTION_MAX_S) throw this.timedOut(answer.missing);
    }
  }

  private timedOut(missing: readonly string[]): CliError {
    const after = `after ${this.options.timeout_s} s`;
    if (missing.length === 0) return new CliError('TIMEOUT', `${after} the control plane has not seen the change`);
    const shown = missing.slice(0, NAMES_SHOWN_MAX).join(', ');
    const more = missing.length > NAMES_SHOWN_MAX ? ` and ${missing.length - NAMES_SHOWN_MAX} more` : '';
    const hint = '`trysail proxy-status` shows what each proxy has.';
    return new CliError('TIMEOUT', `${after} not acknowledged by ${shown}${more}`, hint);
  }
}
