import { isDeepStrictEqual } from 'node:util';
import type { Clock, Timer } from '../../../base/clock.js';
import { messageOf } from '../../../base/errors.js';
import type { Logger } from '../../../base/logger.js';
import { type Client, isNotFound } from '../../../client/client.js';
import { type ObjectRef, refKey, SNAPSHOT_KINDS, statuses } from '../../../compiler/index.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import { Debounce } from '../debounce.js';
import type { MeshConfigSource } from '../mesh-config.js';
import type { ProxyStates } from '../proxy-states.js';
import { type StatusCondition, withConditions } from './conditions.js';
import { programmed, tallyProxies } from './programmed.js';

/** Proxies answer within milliseconds: what holds after these is worth writing down. */
const QUIET_MS = 250;
const DEBOUNCE_MAX_MS = 1_000;
/** However many objects a change concerns, statuses take no more of the API server than this. */
const WRITES_PER_ROUND_MAX = 20;
const ROUND_MS = 500;
/** Kinds whose status is another's to write, or says something else. */
const OTHERS: ReadonlySet<string> = new Set(['Ingress', 'Service']);

export interface StatusWriterOptions {
  readonly source: Pick<MeshConfigSource, 'current' | 'currentMesh' | 'seen' | 'rulesVersion' | 'onChange'>;
  readonly proxies: Pick<ProxyStates, 'all' | 'onChange'>;
  readonly client: Pick<Client, 'patch'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes onto each rule whether it applies, what it names exists, and which proxies have it. A status is written only where it says
 * something else than before, and its writing changes no configuration, so nothing goes in circles.
 */
export class StatusWriter {
  private readonly debounce: Debounce;
  private readonly unfollow: (() => void)[] = [];
  /** Objects whose status is to be written, and how; the newest replaces what has not been written yet. */
  private readonly waiting = new Map<string, { readonly ref: ObjectRef; readonly conditions: StatusCondition[] }>();
  private round: Timer | undefined;
  private looked = '';
  private stopped = false;

  constructor(private readonly options: StatusWriterOptions) {
    const run = (): void => this.look();
    const { clock } = options;
    this.debounce = new Debounce({ clock, quiet_ms: QUIET_MS, max_ms: DEBOUNCE_MAX_MS, firstWaits: true, run });
  }

  start(): void {
    const { source, proxies } = this.options;
    const subscription = source.onChange(() => this.debounce.changed());
    this.unfollow.push(
      () => subscription.dispose(),
      proxies.onChange(() => this.debounce.changed()),
    );
    this.debounce.changed();
  }

  stop(): void {
    this.stopped = true;
    this.debounce.stop();
    this.round?.cancel();
    for (const end of this.unfollow) end();
  }

  private look(): void {
    const { source, proxies } = this.options;
    // Most of what changes is endpoints, and says nothing new of any rule.
    const version = source.rulesVersion();
    const all = proxies.all();
    const missing = all.filter(({ settled }) => settled < version).map(({ id }) => id);
    const refused = all.flatMap(({ id, types }) =>
      [...types].flatMap(([type, { rejection }]) => (rejection ? [`${id} ${type} ${rejection.version}`] : [])),
    );
    const looks = JSON.stringify([version, all.map(({ id }) => id), missing, refused]);
    if (looks === this.looked) return;
    this.looked = looks;
    const tallies = tallyProxies(source.currentMesh(), all, version);
    for (const { object, conditions } of statuses(source.current())) {
      if (OTHERS.has(object.kind)) continue;
      const key = refKey(object);
      this.waiting.set(key, { ref: object, conditions: [...conditions, programmed(tallies.get(key))] });
    }
    if (this.round === undefined) this.write();
  }

  private write(): void {
    let written = 0;
    for (const [key, { ref, conditions }] of this.waiting) {
      if (written === WRITES_PER_ROUND_MAX) break;
      this.waiting.delete(key);
      if (this.writeOne(ref, conditions)) written++;
    }
    this.round = undefined;
    if (this.waiting.size === 0 || this.stopped) return;
    this.round = this.options.clock.setTimer(ROUND_MS, () => this.write());
  }

  /** @returns whether there was anything to write */
  private writeOne(ref: ObjectRef, conditions: readonly StatusCondition[]): boolean {
    const { source, client, clock, logger } = this.options;
    const object = source.seen(ref);
    const gvr = gvrOf(ref.kind);
    if (object === undefined || gvr === undefined) return false;
    const before = (object as { status?: Readonly<Record<string, unknown>> }).status;
    const status = withConditions(before, conditions, { generation: object.metadata.generation, now_ms: clock.now() });
    if (isDeepStrictEqual(status, before)) return false;
    client
      .patch<KubeObject>(gvr, ref.name, ref.namespace, { type: 'merge', body: { status }, subresource: 'status' })
      .catch((error: unknown) => {
        if (!isNotFound(error)) logger.warn('cannot write a status', { object: refKey(ref), error: messageOf(error) });
      });
    return true;
  }
}

function gvrOf(kind: string): Gvr | undefined {
  return Object.values(SNAPSHOT_KINDS).find((each) => each.kind === kind)?.gvr;
}
