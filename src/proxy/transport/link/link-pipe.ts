import type { Delivery, LinkScheduler } from './link-scheduler.js';

/** Bytes that wait for a slow reader before the writer is asked to wait: about what a socket's buffers hold. */
export const PIPE_BYTES_MAX = 256 * 1024;

/** Text is written here to be read: what must live longer than the call that tells of it is copied. */
const SCRATCH = Buffer.allocUnsafeSlow(64 * 1024);

/** The end of a pipe that bytes come out of. */
export interface PipeReader {
  onData(buf: Buffer, start: number, end: number): void;
  onEnd(): void;
}

/** The end of a pipe that bytes go into. */
export interface PipeWriter {
  /** There is room again. */
  onRoom(): void;
  /** All was read, and the end too. */
  onDelivered(): void;
  /** Something was written that nobody will read. */
  onBroken(): void;
}

/** One direction of a connection within the process. */
export class LinkPipe implements Delivery {
  reader: PipeReader | undefined;
  writer: PipeWriter | undefined;
  private queue: (string | Buffer)[] = [];
  private bytes = 0;
  private paused = true;
  private ended = false;
  private endTold = false;
  private closed = false;
  private full = false;
  private scheduled = false;

  constructor(private readonly scheduler: LinkScheduler) {}

  /**
   * @param item latin1 text, or bytes that are the pipe's from now on
   * @returns whether there is room for more; else {@link PipeWriter.onRoom} follows
   */
  write(item: string | Buffer): boolean {
    if (this.closed) {
      this.writer?.onBroken();
      return true;
    }
    this.queue.push(item);
    this.bytes += item.length;
    if (this.bytes > PIPE_BYTES_MAX) this.full = true;
    this.schedule();
    return !this.full;
  }

  /** Puts back what was read too much. */
  unread(bytes: Buffer): void {
    this.queue.unshift(bytes);
    this.bytes += bytes.length;
    this.schedule();
  }

  get isFull(): boolean {
    return this.full;
  }

  /** Nothing more will be written. */
  end(): void {
    this.ended = true;
    this.schedule();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.schedule();
  }

  /** Nobody reads any more. @returns whether bytes were lost */
  close(): boolean {
    const lost = this.queue.length > 0;
    this.closed = true;
    this.queue = [];
    this.bytes = 0;
    return lost;
  }

  deliver(): void {
    this.scheduled = false;
    while (!this.paused && this.reader !== undefined) {
      const item = this.queue.shift();
      if (item === undefined) break;
      this.bytes -= item.length;
      this.tell(this.reader, item);
    }
    if (this.full && this.bytes === 0) {
      this.full = false;
      this.writer?.onRoom();
    }
    if (!this.ended || this.endTold || this.paused || this.closed || this.queue.length > 0) return;
    if (this.reader === undefined) return;
    this.endTold = true;
    this.reader.onEnd();
    this.writer?.onDelivered();
  }

  private tell(reader: PipeReader, item: string | Buffer): void {
    if (typeof item !== 'string') {
      reader.onData(item, 0, item.length);
    } else if (item.length > SCRATCH.length) {
      reader.onData(Buffer.from(item, 'latin1'), 0, item.length);
    } else {
      reader.onData(SCRATCH, 0, SCRATCH.write(item, 'latin1'));
    }
  }

  private schedule(): void {
    if (this.scheduled || this.paused || this.closed) return;
    this.scheduled = true;
    this.scheduler.add(this);
  }
}
