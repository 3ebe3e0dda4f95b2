/** The container runtime interface's log format: `TIME STREAM TAG CONTENT`, one entry a line. */
export type LogStream = 'stdout' | 'stderr';

export interface LogEntry {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: LogStream;
  /** False: the line goes on in the stream's next entry (tag P instead of F). */
  readonly complete: boolean;
  readonly content: Buffer;
}

/** Longer lines are split, as containerd does. */
export const LINE_BYTES_MAX = 16 * 1024;

const NEWLINE = 0x0a;
const SPACE = 0x20;

export function timeOf(now_ms: number): string {
  return new Date(now_ms).toISOString().replace('Z', '000000Z');
}

export function formatEntry({ time, stream, complete, content }: LogEntry): Buffer {
  return Buffer.concat([Buffer.from(`${time} ${stream} ${complete ? 'F' : 'P'} `), content, Buffer.from('\n')]);
}

/** @param line without its newline; @returns undefined for what is no entry, such as a line cut by a crash */
export function parseEntry(line: Buffer): LogEntry | undefined {
  const first = line.indexOf(SPACE);
  const second = line.indexOf(SPACE, first + 1);
  const third = line.indexOf(SPACE, second + 1);
  if (first < 0 || second < 0 || third < 0) return undefined;
  const stream = line.toString('latin1', first + 1, second);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  return {
    time: line.toString('latin1', 0, first),
    stream,
    complete: line[second + 1] === 0x46,
    content: line.subarray(third + 1),
  };
}

/** Cuts one stream's bytes into entries. What has no newline yet waits for more, up to the limit. */
export class LineSplitter {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;

  constructor(private readonly emit: (content: Buffer, complete: boolean) => void) {}

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.add(chunk.subarray(start, end));
      this.flush(true);
      start = end + 1;
    }
    if (start < chunk.length) this.add(chunk.subarray(start));
  }

  end(): void {
    if (this.waitingBytes > 0) this.flush(true);
  }

  private add(part: Buffer): void {
    let rest = part;
    while (this.waitingBytes + rest.length > LINE_BYTES_MAX) {
      const room = LINE_BYTES_MAX - this.waitingBytes;
      this.waiting.push(rest.subarray(0, room));
      rest = rest.subarray(room);
      this.flush(false);
    }
    if (rest.length > 0) {
      // A copy, so that a short rest does not keep the stream's whole read buffer.
      this.waiting.push(Buffer.from(rest));
      this.waitingBytes += rest.length;
    }
  }

  private flush(complete: boolean): void {
    this.emit(this.waiting.length === 1 ? this.waiting[0]! : Buffer.concat(this.waiting), complete);
    this.waiting = [];
    this.waitingBytes = 0;
  }
}
