import type { Duplex, Readable, Writable } from 'node:stream';

/**
 * How a pod becomes processes with a network of their own. The node agent decides what runs and when; a driver only knows how.
 * Everything that a driver makes vanishes with its sandbox, and with the agent, even after `kill -9`.
 */
export interface Driver {
  readonly name: 'netns' | 'process';
  /** Takes the node's network; once, before the first sandbox. */
  start(): Promise<void>;
  createSandbox(spec: SandboxSpec): Promise<Sandbox>;
  /**
   * Keeps what is written to a folder in memory, and no more of it than `bytes_max`. Absent: the driver cannot.
   * @returns takes it away, with what is in it
   */
  keepInMemory?(folder: string, bytes_max: number | undefined): () => void;
  /** Ends every sandbox and gives back the network. */
  stop(): Promise<void>;
}

export interface SandboxSpec {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly hostname: string;
  /** Under which the pod's own name is complete, `web.default.svc.cluster.local`, where it has a subdomain. */
  readonly domain?: string;
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  /** Whether the pod has a sidecar, and so its TCP is to be captured. */
  readonly captured: boolean;
  /** Ports that the containers declare. */
  readonly ports: readonly number[];
  /** Lines for resolv.conf: name servers and search domains. */
  readonly dns: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly ndots: number;
    /** Further options of resolv.conf(5), such as `timeout:1`. */
    readonly options?: readonly string[];
  };
}

export interface Sandbox {
  readonly podIP: string;
  /** How the node's proxy opens sockets for this pod's sidecar. Plain JSON: it crosses a process boundary. */
  readonly proxyNetwork: ProxyNetwork;
  /** What the sidecar's node metadata must say so that the compiler knows the capture in use. */
  readonly proxyMetadata: Readonly<Record<string, unknown>>;
  /** Starts a container's process; resolves when it runs. Errors: a message that a person can act on. */
  start(container: ContainerSpec): Promise<RunningProcess>;
  /** Runs a command beside the container's process: same files, network and environment. */
  exec(
    container: ContainerSpec,
    command: readonly string[],
    options: { readonly tty: boolean },
  ): Promise<RunningProcess>;
  /** What of a container's traffic this driver cannot capture, in sentences for an event of the pod. Absent: it captures all. */
  notices?(container: ContainerSpec): readonly string[];
  /**
   * Where the pod's programs reach a port of a service with this cluster IP, where that is not the cluster IP itself; undefined: it is.
   * Absent: cluster IPs work.
   */
  serviceAddress?(
    clusterIP: string,
    port: number,
  ): Promise<{ readonly address: string; readonly port: number } | undefined>;
  /** A connection to a port of the application, for probes and port-forward; not through the sidecar. */
  connect(port: number): Promise<Duplex>;
  /** Kills what still runs and frees the network. Idempotent. */
  destroy(): Promise<void>;
}

export type ProxyNetwork =
  | { readonly kind: 'netns'; readonly path: string; readonly podIP: string }
  | { readonly kind: 'loopback'; readonly podIP: string; readonly appIP: string };

export interface ContainerSpec {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  /** Whether the process reads what is attached to it; without, its standard input is empty. Ignored by exec. */
  readonly stdin?: boolean;
  /** Whether the container's own process gets a terminal. Ignored by exec. */
  readonly tty?: boolean;
  /** As whom it runs; absent: as the driver's own user. Only root can be others. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  /** Whether nothing but mounts may be written. */
  readonly readOnlyRoot?: boolean;
  /** Changes to the usual ones, by names without `CAP_`, or `ALL`; absent: what the driver's user has. */
  readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] };
  /** Whether no program may gain rights by being executed. */
  readonly noNewPrivileges?: boolean;
  readonly limits?: ContainerLimits;
  /** Folder with the image's own files, to be seen at `/` over the host's; absent for images that are the host itself. */
  readonly rootfs?: string;
  /** Whether `rootfs` is the whole root, as of an image that was built elsewhere: nothing of the host is seen below it. */
  readonly ownRoot?: boolean;
  /** Files and folders to be seen inside. */
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
}

export interface ProcessExit {
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
  /** It, or a process below it, wanted more memory than its limit. */
  readonly outOfMemory?: boolean;
}

/** At most; a driver that cannot see to it lets a container have more. */
export interface ContainerLimits {
  readonly memory_bytes?: number;
  readonly cpus?: number;
}

export interface RunningProcess {
  /** As seen by the agent. */
  readonly pid: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** With a terminal: ends at once, all output is on stdout. */
  readonly stderr: Readable;
  /** 128 + number for a signal. */
  readonly exited: Promise<ProcessExit>;
  kill(signal: NodeJS.Signals): void;
  /** Does nothing without a terminal. */
  resize(columns: number, rows: number): void;
}
