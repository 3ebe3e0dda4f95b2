import type { StatsStore } from '../stats/store.js';

/** `listener_manager.*` */
export class ListenerManagerStats {
  readonly added;
  readonly modified;
  readonly removed;
  readonly inPlace;
  readonly stopped;
  readonly created;
  readonly failed;
  private readonly active;
  private readonly warming;
  private readonly draining;

  constructor(store: StatsStore) {
    const counter = (name: string) => store.counter(`listener_manager.${name}`);
    this.added = counter('listener_added');
    this.modified = counter('listener_modified');
    this.removed = counter('listener_removed');
    this.inPlace = counter('listener_in_place_updated');
    this.stopped = counter('listener_stopped');
    this.created = counter('listener_create_success');
    this.failed = counter('listener_create_failure');
    this.active = store.gauge('listener_manager.total_listeners_active');
    this.warming = store.gauge('listener_manager.total_listeners_warming');
    this.draining = store.gauge('listener_manager.total_listeners_draining');
    store.gauge('listener_manager.workers_started').set(1);
  }

  count(active: number, warming: number, draining: number): void {
    this.active.set(active);
    this.warming.set(warming);
    this.draining.set(draining);
  }
}
