import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Container } from 'kubernetes-types/core/v1.js';
import { ContainerLog } from '../logs/container-log.js';
import { readLog } from '../logs/log-reader.js';

/** Kubelet's MaxContainerTerminationMessageLength, and those for a message that is taken from the log. */
export const MESSAGE_BYTES_MAX = 4096;
export const MESSAGE_LOG_BYTES_MAX = 2048;
export const MESSAGE_LOG_LINES_MAX = 80;
const PATH_DEFAULT = '/dev/termination-log';

/** Where a program writes its last words. */
export function terminationPath({ terminationMessagePath }: Container): string {
  return terminationMessagePath || PATH_DEFAULT;
}

/** An empty file for a container's next run; any user of the container may write it. */
export function makeTerminationFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o666);
}

export interface EndedRun {
  readonly container: Container;
  readonly file: string;
  readonly logFolder: string;
  readonly attempt: number;
  readonly exitCode: number;
}

/** What a container that ended left as the reason: its file's text or, where its policy says so, the end of its log. */
export async function terminationMessage({ container, file, logFolder, attempt, exitCode }: EndedRun): Promise<string> {
  const written = contentOf(file);
  if (written.length > 0) return written.subarray(0, MESSAGE_BYTES_MAX).toString();
  if (exitCode === 0 || container.terminationMessagePolicy !== 'FallbackToLogsOnError') return '';
  const options = { container: container.name, tailLines: MESSAGE_LOG_LINES_MAX };
  const lines = readLog(ContainerLog.filesOf(logFolder, attempt), undefined, options);
  const chunks: Buffer[] = [];
  for await (const chunk of lines as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).subarray(-MESSAGE_LOG_BYTES_MAX).toString();
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    // The program may have removed it.
    return Buffer.alloc(0);
  }
}
