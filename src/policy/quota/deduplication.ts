import type { QuotaGrant } from './backend.js';

/** Answers to ids of the last while: an id is remembered for at least `min_ms`, and at most twice that. */
export class Deduplication {
  private recent = new Map<string, QuotaGrant>();
  private old = new Map<string, QuotaGrant>();
  private turned_ms: number;

  constructor(
    private readonly min_ms: number,
    now_ms: number,
  ) {
    this.turned_ms = now_ms;
  }

  get(id: string, now_ms: number): QuotaGrant | undefined {
    this.turn(now_ms);
    return this.recent.get(id) ?? this.old.get(id);
  }

  set(id: string, grant: QuotaGrant): void {
    this.recent.set(id, grant);
  }

  private turn(now_ms: number): void {
    const past_ms = now_ms - this.turned_ms;
    if (past_ms < this.min_ms) return;
    this.old = past_ms < 2 * this.min_ms ? this.recent : new Map();
    this.recent = new Map();
    this.turned_ms = now_ms;
  }
}
