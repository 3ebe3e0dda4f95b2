import { closeDescriptor, makePipe } from '../../../native/index.js';
import { type PodProcessParts, pipeReader, pipeWriter } from './pod-process.js';

export interface StreamEnds {
  /** Descriptors that the program gets as stdin, stdout and stderr. */
  readonly theirs: readonly [number | undefined, number, number];
  /** To be called once, when the program has them: gives ours, and closes theirs. */
  ours(): Pick<PodProcessParts, 'stdin' | 'stdout' | 'stderr'>;
  /** For a program that did not start. */
  closeAll(): void;
}

/** Pipes for a program. @param withInput without it the program finds the end of its input at once */
export function streamEnds(withInput: boolean): StreamEnds {
  const input = withInput ? makePipe() : undefined;
  const [output, errors] = [makePipe(), makePipe()];
  const theirs = [input?.read, output.write, errors.write] as const;
  const closeTheirs = (): void => {
    for (const fd of theirs) if (fd !== undefined) closeDescriptor(fd);
  };
  return {
    theirs,
    ours() {
      closeTheirs();
      return {
        stdin: input ? pipeWriter(input.write) : null,
        stdout: pipeReader(output.read),
        stderr: pipeReader(errors.read),
      };
    },
    closeAll() {
      closeTheirs();
      for (const fd of [input?.write, output.read, errors.read]) if (fd !== undefined) closeDescriptor(fd);
    },
  };
}
