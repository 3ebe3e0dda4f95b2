import type { Readable, Writable } from 'node:stream';

/**
 * What can be asked of a running pod besides its object: the API server serves these as subresources, the node agent answers
 * them, and `main` joins the two.
 */
export interface PodAccess {
  /** Ends when the log does, or with `follow` when the container does; destroy the stream to stop early. */
  logs(pod: PodAddress, options: LogOptions): Promise<Readable>;
  /** Starts the command and joins it to the streams. Resolves when it ends. */
  exec(pod: PodAddress, options: ExecOptions, streams: ProcessStreams): Promise<ExitStatus>;
  /** Joins the streams to the container's own process. */
  attach(pod: PodAddress, options: AttachOptions, streams: ProcessStreams): Promise<ExitStatus>;
  /** A connection to a port of the pod's application. */
  connect(pod: PodAddress, port: number): Promise<ByteStream>;
}

/** An error that the caller is to get as it is. */
export interface PodAccessRefusal extends Error {
  /** HTTP status, and Kubernetes' word for it. */
  readonly status: number;
  readonly reason: string;
}

export interface PodAddress {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
}

export interface LogOptions {
  readonly container: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceTime_ms?: number;
  readonly limitBytes?: number;
}

export interface ExecOptions {
  readonly container: string;
  readonly command: readonly string[];
  readonly tty: boolean;
}

export interface AttachOptions {
  readonly container: string;
  readonly tty: boolean;
}

export interface ProcessStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  /** Absent with a terminal, whose output is one stream. */
  readonly stderr?: Writable;
  /** Called with a function that takes each new size of the caller's terminal. */
  readonly onResize?: (listener: (size: { columns: number; rows: number }) => void) => void;
}

export interface ExitStatus {
  /** 128 + signal number where a signal ended it. */
  readonly exitCode: number;
  /** Why the command could not be started at all. */
  readonly startError?: string;
}

export type ByteStream = Readable & Writable;
