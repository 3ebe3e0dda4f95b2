import type { Clock } from '../../base/clock.js';
import type { QuotaBackend, QuotaGrant, QuotaRequest } from './backend.js';
import { Deduplication } from './deduplication.js';
import { RollingWindow } from './rolling-window.js';

/** Dimensions may come from headers: beyond so many cells the one that was asked for longest ago is forgotten. */
export const QUOTA_CELLS_MAX = 65_536;

const EXHAUSTED: QuotaGrant = { amount: 0, validDuration_ms: 0 };

interface Cell {
  /** Absent: what is granted stays so. */
  readonly window: RollingWindow | undefined;
  used: number;
}

/** Counts quotas in memory. One of these per mesh makes them exact. */
export class MemoryQuotas implements QuotaBackend {
  /** By handler and key; the one that was asked for last stands last. */
  private readonly cells = new Map<string, Cell>();
  private readonly repetitions = new Map<string, Deduplication>();

  constructor(
    private readonly clock: Clock,
    private readonly cells_max = QUOTA_CELLS_MAX,
  ) {}

  allocate(request: QuotaRequest): QuotaGrant {
    const now_ms = this.clock.monotonic_ms();
    if (request.deduplicationId === '') return this.grant(request, now_ms);
    const repetitions = this.repetitionsOf(request, now_ms);
    const id = `${request.key}\n${request.deduplicationId}`;
    const known = repetitions.get(id, now_ms);
    if (known !== undefined) return known;
    const grant = this.grant(request, now_ms);
    repetitions.set(id, grant);
    return grant;
  }

  private repetitionsOf({ handler, minDeduplicationDuration_ms }: QuotaRequest, now_ms: number): Deduplication {
    let repetitions = this.repetitions.get(handler);
    if (repetitions === undefined) {
      repetitions = new Deduplication(minDeduplicationDuration_ms, now_ms);
      this.repetitions.set(handler, repetitions);
    }
    return repetitions;
  }

  private grant(request: QuotaRequest, now_ms: number): QuotaGrant {
    const cell = this.cellOf(request);
    const free = cell.window?.available(now_ms, request.maxAmount) ?? request.maxAmount - cell.used;
    const amount = request.amount <= free ? request.amount : request.bestEffort ? Math.max(0, free) : 0;
    if (amount === 0) return EXHAUSTED;
    if (cell.window === undefined) cell.used += amount;
    else cell.window.take(now_ms, amount);
    return { amount, validDuration_ms: request.validDuration_ms };
  }

  /** A window of another length starts anew; another amount only changes the limit. */
  private cellOf({ handler, key, validDuration_ms }: QuotaRequest): Cell {
    const id = `${handler}\n${key}`;
    const known = this.cells.get(id);
    if (known !== undefined) this.cells.delete(id);
    const cell = known !== undefined && lengthOf(known) === validDuration_ms ? known : newCell(validDuration_ms);
    this.cells.set(id, cell);
    if (this.cells.size > this.cells_max) this.cells.delete(this.cells.keys().next().value!);
    return cell;
  }
}

function newCell(validDuration_ms: number): Cell {
  return { window: validDuration_ms > 0 ? new RollingWindow(validDuration_ms) : undefined, used: 0 };
}

function lengthOf({ window }: Cell): number {
  return window?.length_ms ?? 0;
}
