import type { Timer } from '../../../base/clock.js';
import { CONFIG_MAPS, SECRETS } from '../../../resources/gvr.js';
import type { AgentParts } from '../agent-parts.js';
import { AccountTokens, accountVolume, mountsAccount } from './account-token.js';
import type { PodFacts } from './field-ref.js';
import { referencedObjects } from './volume-contents.js';
import { PodVolumes } from './volumes.js';

/** A clock that stands still must not make the renewal of tokens a loop. */
const RENEWAL_MIN_MS = 1000;

/** A pod's volumes over its life: what they are made from is followed, and tokens are renewed. */
export class PodStorage {
  private readonly volumes: PodVolumes;
  private readonly tokens: AccountTokens;
  private readonly endings: (() => void)[] = [];
  private renewal: Timer | undefined;
  private stopped = false;

  private constructor(
    private readonly parts: AgentParts,
    private readonly facts: () => PodFacts,
    folder: string,
    withAccount: boolean,
  ) {
    const { pod } = facts();
    this.tokens = new AccountTokens(parts.tokens, parts.clock, pod);
    const sources = () => ({
      facts: facts(),
      reader: parts.reader,
      clusterCa: parts.clusterCa,
      token: (audience: string | undefined, expiration_s: number | undefined) =>
        this.tokens.token(audience, expiration_s),
    });
    const volumes = [...(pod.spec.volumes ?? []), ...(withAccount ? [accountVolume()] : [])];
    this.volumes = new PodVolumes(sources, volumes, folder, parts.driver.keepInMemory?.bind(parts.driver));
  }

  /**
   * @param facts with the pod's newest version
   * @throws RuntimeError VOLUME_FAILED: it may be tried again
   */
  static async make(parts: AgentParts, facts: () => PodFacts, folder: string): Promise<PodStorage> {
    const storage = new PodStorage(parts, facts, folder, await mountsAccount(parts, facts().pod));
    await storage.volumes.make();
    storage.follow();
    return storage;
  }

  /** Folder of each volume by its name. */
  get places(): ReadonlyMap<string, string> {
    return this.volumes.places;
  }

  /** Something that volumes are made from changed, such as the pod's labels. */
  changed(): void {
    if (!this.stopped) void this.volumes.refresh().then(() => this.scheduleRenewal());
  }

  /** When nothing of the pod runs any more. */
  release(): void {
    this.volumes.release();
  }

  stop(): void {
    this.stopped = true;
    this.renewal?.cancel();
    for (const end of this.endings) end();
  }

  private follow(): void {
    const { metadata, spec } = this.facts().pod;
    const resources = { configMap: CONFIG_MAPS, secret: SECRETS };
    for (const { kind, name } of referencedObjects(spec.volumes ?? [])) {
      const end = this.parts.follower.follow(resources[kind], metadata.namespace ?? 'default', name, () =>
        this.changed(),
      );
      this.endings.push(end);
    }
    this.scheduleRenewal();
  }

  private scheduleRenewal(): void {
    this.renewal?.cancel();
    const at_ms = this.tokens.renew_ms;
    if (at_ms === undefined || this.stopped) return;
    const { clock } = this.parts;
    this.renewal = clock.setTimer(Math.max(RENEWAL_MIN_MS, at_ms - clock.now()), () => this.changed());
  }
}
