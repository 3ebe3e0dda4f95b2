import { closeSync, createReadStream, fstatSync, openSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { LogOptions } from '../../../resources/core/pod-access.js';
import type { ContainerLog } from './container-log.js';
import { type LogEntry, parseEntry } from './cri-line.js';

/** A follower that does not read is cut off here rather than fill the agent's memory. */
const FOLLOW_BACKLOG_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The lines of one run, as `kubectl logs` prints them. The files are opened now: a rotation while they are read renames them, and
 * neither loses nor doubles a line.
 * @param files oldest first
 * @param live the run's log while it is written, for `follow`
 */
export function readLog(files: readonly string[], live: ContainerLog | undefined, options: LogOptions): Readable {
  const descriptors = files.map((file) => openSync(file, 'r'));
  // What comes from now on waits in the queue, and is in the files not twice: reading stops at the size that they have now.
  const last = descriptors.at(-1);
  const lastBytes = last === undefined ? 0 : fstatSync(last).size;
  const queue = options.follow && live ? new FollowQueue(live) : undefined;
  const lines = limited(selected({ descriptors, lastBytes }, queue, options), options.limitBytes);
  return Readable.from(lines, { objectMode: false }).once('close', () => {
    queue?.stop();
    for (const descriptor of descriptors) closeSync(descriptor);
  });
}

/** The files of a run as they are at one moment. */
interface Past {
  readonly descriptors: readonly number[];
  /** So much of the last file. */
  readonly lastBytes: number;
}

async function* selected(files: Past, queue: FollowQueue | undefined, options: LogOptions): AsyncGenerator<Buffer> {
  const wanted = (entry: LogEntry) =>
    options.sinceTime_ms === undefined || Date.parse(entry.time) >= options.sinceTime_ms;
  const printer = new Printer(options.timestamps ?? false);
  const past = entriesOf(files);
  const shown = options.tailLines === undefined ? past : lastLines(past, options.tailLines);
  for await (const entry of shown) if (wanted(entry)) yield printer.print(entry);
  if (queue) for await (const entry of queue) if (wanted(entry)) yield printer.print(entry);
}

/** Adds the time where a line begins, not where a split one goes on. */
class Printer {
  private readonly inside = { stdout: false, stderr: false };

  constructor(private readonly timestamps: boolean) {}

  print({ time, stream, complete, content }: LogEntry): Buffer {
    const begins = !this.inside[stream];
    this.inside[stream] = !complete;
    const parts = [content];
    if (this.timestamps && begins) parts.unshift(Buffer.from(`${time} `));
    if (complete) parts.push(NEWLINE);
    return Buffer.concat(parts);
  }
}

const NEWLINE = Buffer.from('\n');

async function* entriesOf({ descriptors, lastBytes }: Past): AsyncGenerator<LogEntry> {
  for (const [index, fd] of descriptors.entries()) {
    const isLast = index === descriptors.length - 1;
    if (isLast && lastBytes === 0) continue;
    const end = isLast ? { end: lastBytes - 1 } : {};
    for await (const line of linesOf(createReadStream('', { fd, autoClose: false, start: 0, ...end }))) {
      const entry = parseEntry(line);
      if (entry) yield entry;
    }
  }
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
}

async function* lastLines(entries: AsyncIterable<LogEntry>, count: number): AsyncGenerator<LogEntry> {
  let kept: LogEntry[] = [];
  let lines = 0;
  for await (const entry of entries) {
    kept.push({ ...entry, content: Buffer.from(entry.content) });
    if (entry.complete) lines++;
    // In batches: moving the array at each line would be quadratic.
    if (lines >= count * 2 + 1000) {
      kept = tailOf(kept, count);
      lines = count;
    }
  }
  yield* tailOf(kept, count);
}

function tailOf(entries: readonly LogEntry[], count: number): LogEntry[] {
  let lines = 0;
  let start = entries.length;
  while (start > 0) {
    if (entries[start - 1]!.complete && ++lines > count) break;
    start--;
  }
  return entries.slice(start);
}

async function* limited(chunks: AsyncIterable<Buffer>, limit_bytes: number | undefined): AsyncGenerator<Buffer> {
  let left = limit_bytes ?? Number.POSITIVE_INFINITY;
  for await (const chunk of chunks) {
    if (left <= 0) return;
    yield chunk.length <= left ? chunk : chunk.subarray(0, left);
    left -= chunk.length;
  }
}

class FollowQueue implements AsyncIterable<LogEntry> {
  readonly stop: () => void;
  private entries: LogEntry[] = [];
  private bytes = 0;
  private ended = false;
  private wake: (() => void) | undefined;

  constructor(log: ContainerLog) {
    const unfollow = log.follow(
      (entry) => this.add(entry),
      () => this.end(),
    );
    this.stop = () => {
      unfollow();
      this.end();
    };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LogEntry> {
    for (;;) {
      const entries = this.entries;
      this.entries = [];
      this.bytes = 0;
      yield* entries;
      if (this.entries.length > 0) continue;
      if (this.ended) return;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private add(entry: LogEntry): void {
    this.bytes += entry.content.length;
    if (this.bytes > FOLLOW_BACKLOG_BYTES_MAX) this.stop();
    else this.entries.push(entry);
    this.wake?.();
  }

  private end(): void {
    this.ended = true;
    this.wake?.();
  }
}
