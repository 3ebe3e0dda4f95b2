import type { Clock, Timer } from './clock.js';

/** One tick of the finest level: how much later than asked a timer may fire. */
const TICK_MS = 4;
const SLOT_BITS = 6;
const SLOTS = 1 << SLOT_BITS;
/** Four levels of 64 slots of 4 ms reach 18.6 hours; a later due time waits in the last slot and is sorted in again. */
const LEVELS = 4;
/** Ticks that one slot of each level covers. A table: `**` with a variable costs a call of pow() for each timer armed. */
const SPANS = [1, SLOTS, SLOTS ** 2, SLOTS ** 3] as const;
const REACH_TICKS = SLOTS ** LEVELS - 1;

/**
 * A timer that is made once and armed many times: belongs to the object whose timeout it is, so that arming costs two
 * pointer writes and no allocation.
 */
export class WheelTimer {
  /** @internal */ next: WheelTimer | null = null;
  /** @internal */ previous: WheelTimer | null = null;
  /** @internal */ dueTick = 0;

  constructor(readonly fire: () => void) {}

  get armed(): boolean {
    return this.previous !== null;
  }
}

/**
 * A hierarchical timer wheel: any number of timers behind one timer of the clock. A timer fires never early and at most one
 * tick (4 ms) plus the clock's own lateness late.
 */
export class TimerWheel {
  private readonly heads: WheelTimer[] = [];
  private tick: number;
  private alarm: Timer | undefined;
  private alarmTick = Number.POSITIVE_INFINITY;
  private count = 0;

  /** @param onThrow takes what a timer throws, so that it reaches no other; absent: whoever the clock tells */
  constructor(
    private readonly clock: Clock,
    private readonly onThrow?: (error: unknown) => void,
  ) {
    for (let i = 0; i < SLOTS * LEVELS; i++) {
      const head = new WheelTimer(() => {});
      head.next = head;
      head.previous = head;
      this.heads.push(head);
    }
    this.tick = this.currentTick();
  }

  /** How many timers are armed. */
  get pending(): number {
    return this.count;
  }

  /** Arms `timer` to fire in `delay_ms`; moves it if it was armed. */
  arm(timer: WheelTimer, delay_ms: number): void {
    if (timer.previous !== null) this.cancel(timer);
    if (this.count === 0) this.tick = this.currentTick();
    timer.dueTick = Math.ceil((this.clock.monotonic_ms() + Math.max(0, delay_ms)) / TICK_MS);
    if (timer.dueTick <= this.tick) timer.dueTick = this.tick + 1;
    this.insert(timer);
    this.count++;
    if (timer.dueTick < this.alarmTick) this.setAlarm(timer.dueTick);
  }

  /** Idempotent. */
  cancel(timer: WheelTimer): void {
    if (timer.previous === null) return;
    unlink(timer);
    this.count--;
  }

  private insert(timer: WheelTimer): void {
    const distance = Math.min(timer.dueTick - this.tick, REACH_TICKS);
    const at = this.tick + distance;
    let level = 0;
    while (level < LEVELS - 1 && distance >= SPANS[level + 1]!) level++;
    const head = this.heads[level * SLOTS + slotOf(at, level)]!;
    timer.previous = head.previous;
    timer.next = head;
    head.previous!.next = timer;
    head.previous = timer;
  }

  private advance(): void {
    this.alarm = undefined;
    this.alarmTick = Number.POSITIVE_INFINITY;
    const target = this.currentTick();
    while (this.tick < target && this.count > 0) {
      const next = this.nextBusyTick();
      if (next > target) break;
      this.tick = next;
      this.cascade();
      this.fireSlot(this.heads[this.tick % SLOTS]!);
    }
    if (this.tick < target) this.tick = target;
    if (this.count > 0) this.setAlarm(this.nextBusyTick());
  }

  /** Sorts the coarser slots that begin at this tick into finer ones. */
  private cascade(): void {
    for (let level = 1; level < LEVELS; level++) {
      if (this.tick % SPANS[level]! !== 0) return;
      const head = this.heads[level * SLOTS + slotOf(this.tick, level)]!;
      for (let timer = head.next!; timer !== head; timer = head.next!) {
        unlink(timer);
        this.insert(timer);
      }
    }
  }

  private fireSlot(head: WheelTimer): void {
    for (let timer = head.next!; timer !== head; timer = head.next!) {
      if (timer.dueTick > this.tick) return;
      unlink(timer);
      this.count--;
      this.fire(timer);
    }
  }

  private fire(timer: WheelTimer): void {
    if (this.onThrow === undefined) {
      timer.fire();
      return;
    }
    try {
      timer.fire();
    } catch (error) {
      this.onThrow(error);
    }
  }

  /** The next tick at which something fires or cascades. */
  private nextBusyTick(): number {
    let best = Number.POSITIVE_INFINITY;
    for (let level = 0; level < LEVELS; level++) {
      const span = SPANS[level]!;
      const base = Math.floor(this.tick / span);
      for (let i = 1; i <= SLOTS; i++) {
        const at = (base + i) * span;
        if (at >= best) break;
        const head = this.heads[level * SLOTS + ((base + i) % SLOTS)]!;
        if (head.next !== head) {
          best = at;
          break;
        }
      }
    }
    return best;
  }

  private setAlarm(tick: number): void {
    this.alarm?.cancel();
    this.alarmTick = tick;
    this.alarm = this.clock.setTimer(tick * TICK_MS - this.clock.monotonic_ms(), () => this.advance());
  }

  private currentTick(): number {
    return Math.floor(this.clock.monotonic_ms() / TICK_MS);
  }
}

/** Bits are taken after the division, so that ticks beyond 32 bits keep their slot. */
function slotOf(tick: number, level: number): number {
  return (tick / SPANS[level]!) & (SLOTS - 1);
}

function unlink(timer: WheelTimer): void {
  timer.previous!.next = timer.next;
  timer.next!.previous = timer.previous;
  timer.next = null;
  timer.previous = null;
}
