import type { Readable, Writable } from 'node:stream';
import type { ProcessStreams } from '../../../resources/core/pod-access.js';
import type { RunningProcess } from '../../drivers/driver.js';
import type { ContainerLog } from '../logs/container-log.js';
import type { LogStream } from '../logs/cri-line.js';

/** Carries what a running container prints to its log, and to those who attached. */
export class ContainerOutput {
  private readonly attached: Record<LogStream, Set<Writable>> = { stdout: new Set(), stderr: new Set() };
  /** Resolves when both streams ended. */
  readonly ended: Promise<unknown>;

  constructor(
    process: RunningProcess,
    private readonly log: ContainerLog,
  ) {
    this.ended = Promise.all([this.pump(process.stdout, 'stdout'), this.pump(process.stderr, 'stderr')]);
  }

  /** @returns how to detach */
  attach({ stdout, stderr }: ProcessStreams): () => void {
    if (stdout) this.attached.stdout.add(stdout);
    if (stderr) this.attached.stderr.add(stderr);
    return () => {
      if (stdout) this.attached.stdout.delete(stdout);
      if (stderr) this.attached.stderr.delete(stderr);
    };
  }

  private async pump(stream: Readable, name: LogStream): Promise<void> {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        this.log.write(name, chunk);
        // A slow reader holds up nobody: it loses what does not fit into its buffer.
        for (const writable of this.attached[name]) if (!writable.writableNeedDrain) writable.write(chunk);
      }
    } catch {
      // The stream broke with its process.
    }
  }
}
