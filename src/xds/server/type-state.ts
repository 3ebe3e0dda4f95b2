import { differences } from '../../base/map-differences.js';
import type { XdsResource } from './source.js';

type Resources = ReadonlyMap<string, XdsResource>;

/** Stands where a version would for a name that the client asked for and was told does not exist. */
export const ABSENT = '';

/** One response: what it brings and what it takes away. */
export interface Push {
  readonly typeUrl: string;
  readonly changed: readonly XdsResource[];
  readonly removed: readonly string[];
}

/** What one client wants of one type, and what it was sent. */
export class TypeState {
  wildcard = false;
  readonly names = new Set<string>();
  /**
   * Versions as sent, whether or not they were accepted: a rejected version is not sent again, so a NACK cannot loop. It counts
   * as known from the moment of sending.
   */
  readonly sent = new Map<string, string>();
  /** Names asked for explicitly and not yet answered. */
  readonly asked = new Set<string>();
  /** A client that asks for everything waits for an answer, even an empty one. */
  owesAnswer = false;
  inFlight: { readonly nonce: string; readonly push: Push; readonly version: number } | undefined;
  /** What the client was last brought to, whole: from there only differences are looked at. */
  private settled: Resources | undefined;

  constructor(readonly typeUrl: string) {}

  wants(name: string): boolean {
    return this.wildcard || this.names.has(name);
  }

  subscribeAll(): void {
    if (!this.wildcard) this.owesAnswer = true;
    this.wildcard = true;
    this.settled = undefined;
  }

  unsubscribeAll(): void {
    this.wildcard = false;
    this.settled = undefined;
  }

  /** From an earlier stream. A name that exists in this version need not be sent. */
  known(name: string, version: string): void {
    this.sent.set(name, version);
    this.asked.delete(name);
    this.settled = undefined;
  }

  /** A name that is subscribed to again is sent again, even if it did not change: the client may have dropped it meanwhile. */
  subscribe(name: string): void {
    this.names.add(name);
    this.ask(name);
  }

  /** To be sent as soon as possible, whatever the client has. */
  ask(name: string): void {
    this.asked.add(name);
    this.sent.delete(name);
  }

  unsubscribe(name: string): void {
    this.names.delete(name);
    this.asked.delete(name);
    if (!this.wildcard) this.sent.delete(name);
  }

  /** Wanted resources that the client does not have in this version, and names that it has and that no longer exist. */
  difference(resources: Resources): { readonly changed: readonly XdsResource[]; readonly gone: readonly string[] } {
    if (this.settled === resources) return NO_DIFFERENCE;
    const changed: XdsResource[] = [];
    const gone: string[] = [];
    if (this.settled !== undefined) this.compare(differences(this.settled, resources), resources, changed, gone);
    else if (this.wildcard) this.compareAll(resources, changed, gone);
    else this.compare(new Set([...this.names, ...this.sent.keys()]), resources, changed, gone);
    if (changed.length === 0 && gone.length === 0) this.settled = resources;
    return { changed, gone };
  }

  markSent(push: Push, nonce: string, version: number): void {
    this.inFlight = { nonce, push, version };
    this.owesAnswer = false;
    for (const { name, version } of push.changed) {
      this.sent.set(name, version);
      this.asked.delete(name);
    }
    for (const name of push.removed) {
      if (this.names.has(name)) this.sent.set(name, ABSENT);
      else this.sent.delete(name);
      this.asked.delete(name);
    }
  }

  private has(name: string): boolean {
    const version = this.sent.get(name);
    return version !== undefined && version !== ABSENT;
  }

  private compare(names: Iterable<string>, resources: Resources, changed: XdsResource[], gone: string[]): void {
    for (const name of names) {
      const resource = resources.get(name);
      if (resource === undefined) {
        if (this.has(name)) gone.push(name);
      } else if (this.wants(name) && this.sent.get(name) !== resource.version) changed.push(resource);
    }
  }

  private compareAll(resources: Resources, changed: XdsResource[], gone: string[]): void {
    for (const resource of resources.values()) {
      if (this.sent.get(resource.name) !== resource.version) changed.push(resource);
    }
    for (const name of this.sent.keys()) if (this.has(name) && !resources.has(name)) gone.push(name);
  }
}

const NO_DIFFERENCE = { changed: [], gone: [] };
