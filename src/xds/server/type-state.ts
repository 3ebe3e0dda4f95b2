import type { XdsResource } from './source.js';

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
  /** Versions that the client has accepted. */
  readonly acked = new Map<string, string>();
  /** Names asked for explicitly and not yet answered. */
  readonly asked = new Set<string>();
  /** A client that asks for everything waits for an answer, even an empty one. */
  owesAnswer = false;
  inFlight: { readonly nonce: string; readonly push: Push } | undefined;

  constructor(readonly typeUrl: string) {}

  wants(name: string): boolean {
    return this.wildcard || this.names.has(name);
  }

  subscribeAll(): void {
    if (!this.wildcard) this.owesAnswer = true;
    this.wildcard = true;
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
    if (this.wildcard) return;
    this.sent.delete(name);
    this.acked.delete(name);
  }

  /** Wanted resources that the client does not have in this version. */
  changed(resources: ReadonlyMap<string, XdsResource>): XdsResource[] {
    const changed: XdsResource[] = [];
    for (const resource of this.wildcard ? resources.values() : this.named(resources)) {
      if (this.sent.get(resource.name) !== resource.version) changed.push(resource);
    }
    return changed;
  }

  /** Names that the client has and that no longer exist. */
  gone(resources: ReadonlyMap<string, XdsResource>): string[] {
    const gone: string[] = [];
    for (const [name, version] of this.sent) if (version !== ABSENT && !resources.has(name)) gone.push(name);
    return gone;
  }

  markSent(push: Push, nonce: string): void {
    this.inFlight = { nonce, push };
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

  /** The client has accepted what is in flight. */
  accept(): void {
    if (this.inFlight === undefined) return;
    const { changed, removed } = this.inFlight.push;
    for (const { name, version } of changed) if (this.wants(name)) this.acked.set(name, version);
    for (const name of removed) this.acked.delete(name);
  }

  private *named(resources: ReadonlyMap<string, XdsResource>): Generator<XdsResource> {
    for (const name of this.names) {
      const resource = resources.get(name);
      if (resource !== undefined) yield resource;
    }
  }
}
