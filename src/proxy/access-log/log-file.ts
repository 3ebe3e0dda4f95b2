import { close, open, write } from 'node:fs';
import type { Clock, Timer } from '../../base/clock.js';
import type { Counter, Gauge } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

/** Text that waits for one write: files are written by pieces, not by lines. */
const FLUSH_CHARS = 64 * 1024;
/** A reader of the file sees a line this late at most. */
export const FLUSH_AFTER_MS = 100;
/** What waits for a slow disk; text beyond it is dropped. */
export const WAITING_CHARS_MAX = 16 * 1024 * 1024;

/** How files are reached; tests have their own. */
export interface FileWriter {
  open(path: string, done: (error: Error | null, fd: number) => void): void;
  write(fd: number, bytes: Buffer, done: (error: Error | null, written: number) => void): void;
  close(fd: number): void;
}

const DISK: FileWriter = {
  open: (path, done) => open(path, 'a', done),
  write: (fd, bytes, done) => write(fd, bytes, done),
  close: (fd) => close(fd, () => {}),
};

interface FileStats {
  readonly buffered: Counter;
  readonly completed: Counter;
  readonly failed: Counter;
  readonly dropped: Counter;
  readonly byTimer: Counter;
  readonly reopenFailed: Counter;
  readonly waiting: Gauge;
}

/** A file that lines are appended to. Nobody waits for it: a file that cannot be written loses its lines. */
export class LogFile {
  private waiting = '';
  private fd: number | undefined;
  private busy = false;
  private reopening = false;
  private timer: Timer | undefined;

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly stats: FileStats,
    private readonly disk: FileWriter,
  ) {}

  /** @param text of which each character is one byte */
  append(text: string): void {
    if (this.waiting.length + text.length > WAITING_CHARS_MAX) {
      this.stats.dropped.value++;
      return;
    }
    this.waiting += text;
    this.stats.buffered.value++;
    if (this.waiting.length >= FLUSH_CHARS) this.flush();
    else this.timer ??= this.clock.setTimer(FLUSH_AFTER_MS, () => this.onTimer());
  }

  /** Begins a write of what waits, unless one is under way. */
  flush(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.busy || (this.waiting === '' && !this.reopening)) return;
    this.busy = true;
    if (this.reopening) this.closeFile();
    if (this.fd === undefined) this.openFile();
    else this.writeAll(this.fd);
  }

  /** The file was moved away: the next write makes a new one. */
  reopen(): void {
    this.reopening = true;
    this.flush();
  }

  private onTimer(): void {
    this.stats.byTimer.value++;
    this.flush();
  }

  private closeFile(): void {
    if (this.fd !== undefined) this.disk.close(this.fd);
    this.fd = undefined;
    this.reopening = false;
  }

  private openFile(): void {
    this.disk.open(this.path, (error, fd) => {
      if (error !== null) {
        this.stats.reopenFailed.value++;
        this.settled(error);
        return;
      }
      this.fd = fd;
      this.writeAll(fd);
    });
  }

  private writeAll(fd: number): void {
    const bytes = Buffer.from(this.waiting, 'latin1');
    this.waiting = '';
    if (bytes.length === 0) this.settled(null);
    else this.writeRest(fd, bytes);
  }

  private writeRest(fd: number, bytes: Buffer): void {
    this.stats.waiting.value = bytes.length;
    this.disk.write(fd, bytes, (error, written) => {
      if (error === null && written < bytes.length) this.writeRest(fd, bytes.subarray(written));
      else this.settled(error);
    });
  }

  private settled(error: Error | null): void {
    this.busy = false;
    this.stats.waiting.value = 0;
    if (error === null) this.stats.completed.value++;
    else {
      this.stats.failed.value++;
      this.waiting = '';
    }
    if (this.reopening || this.waiting.length >= FLUSH_CHARS) this.flush();
    else if (this.waiting !== '') this.timer ??= this.clock.setTimer(FLUSH_AFTER_MS, () => this.onTimer());
  }
}

/** The files of one logical proxy: access logs with the same path share one. */
export class LogFiles {
  private readonly files = new Map<string, LogFile>();
  private readonly stats: FileStats;

  constructor(
    private readonly clock: Clock,
    store: StatsStore,
    private readonly disk: FileWriter = DISK,
  ) {
    this.stats = {
      buffered: store.counter('filesystem.write_buffered'),
      completed: store.counter('filesystem.write_completed'),
      failed: store.counter('filesystem.write_failed'),
      dropped: store.counter('filesystem.write_dropped'),
      byTimer: store.counter('filesystem.flushed_by_timer'),
      reopenFailed: store.counter('filesystem.reopen_failed'),
      waiting: store.gauge('filesystem.write_total_buffered'),
    };
  }

  get(path: string): LogFile {
    let file = this.files.get(path);
    if (file === undefined) {
      file = new LogFile(path, this.clock, this.stats, this.disk);
      this.files.set(path, file);
    }
    return file;
  }

  flush(): void {
    for (const file of this.files.values()) file.flush();
  }

  reopen(): void {
    for (const file of this.files.values()) file.reopen();
  }
}
