import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../base/clock.js';
import { formatEntry, LineSplitter, type LogEntry, type LogStream, timeOf } from './cri-line.js';

/** As kubelet's containerLogMaxSize and containerLogMaxFiles. */
export const LOG_FILE_BYTES_MAX = 10 * 1024 * 1024;
export const LOG_FILES_MAX = 5;

export type LogListener = (entry: LogEntry) => void;

/**
 * The output of one run of a container, in files `N.log` (being written), `N.log.1` (the one before) and so on. Writes are
 * synchronous, so that a reader who subscribes finds all earlier entries in the files and all later ones in its listener.
 */
export class ContainerLog {
  private readonly file: string;
  private readonly splitters: Readonly<Record<LogStream, LineSplitter>>;
  private readonly listeners = new Set<LogListener>();
  private readonly enders = new Set<() => void>();
  private descriptor: number;
  private written_bytes = 0;
  private closed = false;

  /** @param attempt the container's restart count, which names the file */
  constructor(folder: string, attempt: number, clock: Clock) {
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, `${attempt}.log`);
    this.descriptor = openSync(this.file, 'a');
    this.written_bytes = fstatSync(this.descriptor).size;
    const splitter = (stream: LogStream) =>
      new LineSplitter((content, complete) => this.append({ time: timeOf(clock.now()), stream, complete, content }));
    this.splitters = { stdout: splitter('stdout'), stderr: splitter('stderr') };
  }

  get isClosed(): boolean {
    return this.closed;
  }

  write(stream: LogStream, chunk: Buffer): void {
    if (!this.closed) this.splitters[stream].push(chunk);
  }

  /** What was waiting for its newline becomes a line; readers that follow come to an end. */
  close(): void {
    if (this.closed) return;
    for (const splitter of Object.values(this.splitters)) splitter.end();
    this.closed = true;
    closeSync(this.descriptor);
    for (const end of this.enders) end();
    this.listeners.clear();
    this.enders.clear();
  }

  /** Calls `onEntry` for each later entry, then `onEnd`. @returns how to stop */
  follow(onEntry: LogListener, onEnd: () => void): () => void {
    if (this.closed) {
      onEnd();
      return () => {};
    }
    this.listeners.add(onEntry);
    this.enders.add(onEnd);
    return () => {
      this.listeners.delete(onEntry);
      this.enders.delete(onEnd);
    };
  }

  private append(entry: LogEntry): void {
    const line = formatEntry(entry);
    if (this.written_bytes + line.length > LOG_FILE_BYTES_MAX) this.rotate();
    writeSync(this.descriptor, line);
    this.written_bytes += line.length;
    for (const listener of this.listeners) listener(entry);
  }

  private rotate(): void {
    closeSync(this.descriptor);
    rmSync(`${this.file}.${LOG_FILES_MAX - 1}`, { force: true });
    for (let age = LOG_FILES_MAX - 2; age >= 0; age--) {
      const from = age === 0 ? this.file : `${this.file}.${age}`;
      if (existsSync(from)) renameSync(from, `${this.file}.${age + 1}`);
    }
    this.descriptor = openSync(this.file, 'a');
    this.written_bytes = 0;
  }

  /** Files of one run, oldest first. */
  static filesOf(folder: string, attempt: number): string[] {
    const file = path.join(folder, `${attempt}.log`);
    const files = existsSync(file) ? [file] : [];
    for (let age = 1; age < LOG_FILES_MAX; age++) {
      if (existsSync(`${file}.${age}`)) files.unshift(`${file}.${age}`);
    }
    return files;
  }

  /** Removes what is left of runs before `attempt` but the last of them, which `--previous` may ask for. */
  static forgetBefore(folder: string, attempt: number): void {
    for (const file of ContainerLog.filesOf(folder, attempt - 2)) rmSync(file, { force: true });
  }
}
