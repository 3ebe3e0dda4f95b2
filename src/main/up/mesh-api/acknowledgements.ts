import type { Clock } from '../../../base/clock.js';
import { type ObjectRef, proxyOf, refKey, statuses } from '../../../compiler/index.js';
import type { KubeObject } from '../../../resources/object.js';
import type { MeshConfigSource } from '../mesh-config.js';
import type { ProxyState, ProxyStates } from '../proxy-states.js';
import { proxyName, shortType } from './proxy-names.js';

/** An object as somebody wrote it, or that they deleted it. */
export interface AwaitedObject extends ObjectRef {
  /** Absent: it was deleted. */
  readonly resourceVersion?: string;
}

export type Outcome =
  | { readonly state: 'acknowledged'; readonly proxies: readonly string[]; readonly warnings: readonly string[] }
  /** A proxy refuses what it was sent for it, or an object is not one that the mesh can apply. */
  | { readonly state: 'rejected'; readonly reasons: readonly string[] }
  /** `missing`: proxies that have not answered; none where the control plane has not even seen the objects. */
  | { readonly state: 'waiting'; readonly missing: readonly string[] };

export interface AcknowledgementsOptions {
  readonly source: Pick<MeshConfigSource, 'seen' | 'onSeen' | 'nextVersion' | 'current' | 'version'>;
  readonly proxies: Pick<ProxyStates, 'all' | 'onChange'>;
  readonly clock: Clock;
}

/** Tells when what was written has reached the proxies. */
export class Acknowledgements {
  constructor(private readonly options: AcknowledgementsOptions) {}

  /** @param signal ends the wait early, with what holds then */
  wait(objects: readonly AwaitedObject[], timeout_ms: number, signal: AbortSignal): Promise<Outcome> {
    const { source, proxies, clock } = this.options;
    return new Promise((resolve) => {
      const wait: Wait = { objects };
      const check = (last: boolean): void => {
        const outcome = this.outcome(wait);
        if (outcome.state === 'waiting' && !last) return;
        unfollow.forEach((end) => void end());
        timer.cancel();
        resolve(outcome);
      };
      const onAbort = (): void => check(true);
      signal.addEventListener('abort', onAbort, { once: true });
      const unfollow = [
        source.onSeen(() => check(false)),
        proxies.onChange(() => check(false)),
        () => signal.removeEventListener('abort', onAbort),
      ];
      const timer = clock.setTimer(timeout_ms, () => check(true));
      check(signal.aborted);
    });
  }

  private outcome(wait: Wait): Outcome {
    const { source, proxies } = this.options;
    if (wait.version === undefined) {
      if (!wait.objects.every((object) => isSeen(object, source.seen(object))))
        return { state: 'waiting', missing: [] };
      wait.version = source.nextVersion();
    }
    const { version } = wait;
    const all = proxies.all();
    const refusals = all.flatMap((proxy) => refusalsOf(proxy, version));
    if (refusals.length > 0) return { state: 'rejected', reasons: refusals };
    const missing = all.filter(({ settled }) => settled < version).map(({ id }) => proxyName(id));
    if (missing.length > 0 || source.version() < version) return { state: 'waiting', missing };
    const { invalid, unresolved } = this.conditions(wait.objects);
    if (invalid.length > 0) return { state: 'rejected', reasons: invalid };
    const told = all.filter(({ types }) => [...types.values()].some(({ sent }) => sent >= version));
    return { state: 'acknowledged', proxies: told.map(({ id }) => proxyName(id)), warnings: unresolved };
  }

  private conditions(objects: readonly AwaitedObject[]): { invalid: string[]; unresolved: string[] } {
    const keys = new Set(objects.map(refKey));
    const bad = statuses(this.options.source.current())
      .filter(({ object }) => keys.has(refKey(object)))
      .flatMap(({ object, conditions }) =>
        conditions
          .filter(({ status }) => status === 'False')
          .map(({ type, message }) => ({
            type,
            text: `${object.kind} ${object.namespace}/${object.name}: ${message}`,
          })),
      );
    const texts = (isInvalid: boolean) => bad.filter(({ type }) => (type === 'Accepted') === isInvalid);
    return { invalid: texts(true).map(({ text }) => text), unresolved: texts(false).map(({ text }) => text) };
  }
}

interface Wait {
  readonly objects: readonly AwaitedObject[];
  /** The first version that has all of the objects in it. */
  version?: number;
}

/** Versions of our store are numbers that grow, as etcd's. */
function isSeen({ resourceVersion }: AwaitedObject, object: KubeObject | undefined): boolean {
  if (resourceVersion === undefined) return object === undefined;
  return object !== undefined && Number(object.metadata.resourceVersion) >= Number(resourceVersion);
}

function refusalsOf({ id, node, types }: ProxyState, since: number): string[] {
  if (proxyOf(node) === undefined) return [];
  return [...types].flatMap(([typeUrl, { rejection }]) =>
    rejection && rejection.version >= since
      ? [`proxy ${proxyName(id)} refuses its ${shortType(typeUrl)}: ${rejection.message}`]
      : [],
  );
}
