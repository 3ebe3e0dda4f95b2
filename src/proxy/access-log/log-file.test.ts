import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SystemClock } from '../../base/clock.js';
import { FakeClock } from '../../base/fake-clock.js';
import { StatsStore } from '../stats/store.js';
import { type FileWriter, FLUSH_AFTER_MS, LogFiles, WAITING_CHARS_MAX } from './log-file.js';

/** A disk that does what the test says, when it says so. */
class FakeDisk implements FileWriter {
  readonly written: string[] = [];
  opened = 0;
  closed = 0;
  private pending: (() => void) | undefined;

  constructor(private readonly slow = false) {}

  open(_path: string, done: (error: Error | null, fd: number) => void): void {
    this.opened++;
    done(null, 3);
  }

  write(_fd: number, bytes: Buffer, done: (error: Error | null, written: number) => void): void {
    this.written.push(bytes.toString());
    const finish = (): void => done(null, bytes.length);
    if (this.slow) this.pending = finish;
    else finish();
  }

  close(): void {
    this.closed++;
  }

  finish(): void {
    const { pending } = this;
    this.pending = undefined;
    pending?.();
  }
}

test('log file: lines of one tick are one write', () => {
  const clock = new FakeClock();
  const disk = new FakeDisk();
  const file = new LogFiles(clock, new StatsStore(), disk).get('/log');
  file.append('a\n');
  file.append('b\n');
  assert.deepEqual(disk.written, []);
  clock.advance(FLUSH_AFTER_MS);
  assert.deepEqual(disk.written, ['a\nb\n']);
});

test('log file: what a slow disk cannot take is dropped past the limit, and nobody waits', () => {
  const clock = new FakeClock();
  const disk = new FakeDisk(true);
  const stats = new StatsStore();
  const file = new LogFiles(clock, stats, disk).get('/log');
  file.append('first\n');
  clock.advance(FLUSH_AFTER_MS);
  file.append('x'.repeat(WAITING_CHARS_MAX));
  assert.equal(stats.counter('filesystem.write_dropped').value, 0);
  file.append('y');
  assert.equal(stats.counter('filesystem.write_dropped').value, 1);
  disk.finish();
  assert.equal(disk.written.length, 2, 'what waited is written at once when the disk is free');
});

test('log file: the same path is one file, and reopening makes a new one', () => {
  const clock = new FakeClock();
  const disk = new FakeDisk();
  const files = new LogFiles(clock, new StatsStore(), disk);
  assert.equal(files.get('/log'), files.get('/log'));
  files.get('/log').append('a\n');
  files.flush();
  files.reopen();
  assert.deepEqual([disk.opened, disk.closed], [2, 1]);
});

test('log file: after it was moved away, reopening writes to a new file under its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-log-'));
  try {
    const path = join(folder, 'access.log');
    const files = new LogFiles(new SystemClock(), new StatsStore());
    const holds = async (file: string, text: string): Promise<void> => {
      for (;;) {
        try {
          if (readFileSync(file, 'latin1') === text) return;
        } catch {
          // not there yet
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    files.get(path).append('a\n');
    files.flush();
    await holds(path, 'a\n');
    renameSync(path, `${path}.1`);
    files.reopen();
    files.get(path).append('b\xe4\n');
    files.flush();
    await holds(path, 'b\xe4\n');
    await holds(`${path}.1`, 'a\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
