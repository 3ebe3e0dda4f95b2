import { createWriteStream, type WriteStream } from 'node:fs';

/** Text that waits for one write; files are written by pieces, not by lines. */
const FLUSH_CHARS = 64 * 1024;
const FLUSH_AFTER_MS = 1_000;
/** What waits for a slow disk; lines beyond it are dropped. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

const WRITERS = new Map<string, (line: string) => void>();

/** Appends lines to a file; writers of the same path share it. A file that cannot be written loses its lines. */
export function lineWriter(path: string): (line: string) => void {
  let writer = WRITERS.get(path);
  if (writer === undefined) {
    writer = makeWriter(path);
    WRITERS.set(path, writer);
  }
  return writer;
}

function makeWriter(path: string): (line: string) => void {
  let stream: WriteStream | undefined;
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (stream === undefined) {
      stream = createWriteStream(path, { flags: 'a' });
      stream.on('error', () => {});
    }
    if (stream.writableLength < WAITING_BYTES_MAX) stream.write(waiting);
    waiting = '';
  };
  return (line) => {
    waiting += line;
    if (waiting.length >= FLUSH_CHARS) flush();
    else timer ??= setTimeout(flush, FLUSH_AFTER_MS).unref();
  };
}
