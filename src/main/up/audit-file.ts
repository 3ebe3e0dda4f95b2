import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { messageOf, TrysailError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';

/** Then the file is put aside and a new one begun. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Files put aside: `FILE.1` is the newest. */
const OLD_FILES_MAX = 5;
/** Lines that wait for the disk; more are counted and left out, so that a full disk stops nobody's work. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;

/** A file of lines that rotates. Only its owner can read it. */
export class AuditFile {
  private waiting: string[] = [];
  private waiting_bytes = 0;
  private lost = 0;
  private size_bytes: number;
  private writing: Promise<void> | undefined;

  /** @throws TrysailError AUDIT_FILE where it cannot be written */
  constructor(
    private readonly path: string,
    private readonly logger: Logger,
    private readonly limits = { file_bytes: FILE_BYTES_MAX, waiting_bytes: WAITING_BYTES_MAX },
  ) {
    try {
      closeSync(openSync(path, 'a', 0o600));
      this.size_bytes = statSync(path).size;
    } catch (cause) {
      const message = `cannot write the audit file ${path}: ${messageOf(cause)}`;
      throw new TrysailError('AUDIT_FILE', message, 'Name a file in a folder that is there and yours.', { cause });
    }
  }

  readonly write = (line: string): void => {
    const bytes = Buffer.byteLength(line) + 1;
    if (this.waiting_bytes + bytes > this.limits.waiting_bytes) {
      this.lost++;
      return;
    }
    this.waiting.push(line);
    this.waiting_bytes += bytes;
    this.writing ??= this.writeAll();
  };

  /** Resolves when all lines are in the file. */
  async close(): Promise<void> {
    await this.writing;
  }

  private async writeAll(): Promise<void> {
    // The answer goes first, and lines of one moment go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const text = `${this.waiting.join('\n')}\n`;
      this.waiting = [];
      this.waiting_bytes = 0;
      try {
        if (this.size_bytes > 0 && this.size_bytes + text.length > this.limits.file_bytes) this.rotate();
        await appendFile(this.path, text, { mode: 0o600 });
        this.size_bytes += Buffer.byteLength(text);
      } catch (error) {
        this.logger.error('audit lines lost', { path: this.path, error: messageOf(error) });
      }
      if (this.lost > 0) this.logger.error('audit lines lost', { path: this.path, lines: this.lost });
      this.lost = 0;
    }
    this.writing = undefined;
  }

  private rotate(): void {
    for (let i = OLD_FILES_MAX; i >= 1; i--) {
      try {
        renameSync(i === 1 ? this.path : `${this.path}.${i - 1}`, `${this.path}.${i}`);
      } catch {
        // There are not so many yet.
      }
    }
    this.size_bytes = 0;
  }
}
