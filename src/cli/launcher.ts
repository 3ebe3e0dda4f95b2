/** Starts and ends meshes on this machine; `main` is one, because a command may not know how a mesh is put together. */
export interface MeshLauncher {
  /** Runs the mesh in this process. Resolves when it is ready; rejects, with nothing left of it, when `signal` aborts before. */
  up(options: UpOptions, progress: (line: string) => void, signal: AbortSignal): Promise<RunningMesh>;
  /** The same in a process that outlives this one. */
  upDetached(options: UpOptions, progress: (line: string) => void): Promise<MeshStatus>;
  /** Ends a mesh and everything of it. @returns false when it did not run */
  down(name: string, progress: (line: string) => void): Promise<boolean>;
  /** @returns undefined when it does not run */
  status(name: string): Promise<MeshStatus | undefined>;
}

export interface UpOptions {
  readonly name: string;
  readonly driver: DriverChoice;
  /** Name of the example that is deployed when the mesh runs. */
  readonly example?: string;
  /** Absent: the usual one, or another where that is taken; 0: any free one. */
  readonly ingressPort?: number;
  readonly apiPort?: number;
  readonly registryPort?: number;
  /** Keep nothing: the state goes with the mesh. */
  readonly ephemeral: boolean;
  /** Roles and bindings decide who may do what. */
  readonly rbac?: boolean;
  /** Absolute path of a file that gets a line for each call of the API. */
  readonly audit?: string;
  /** How many nodes; absent: one. */
  readonly nodes?: number;
  /** For pods that no Sidecar says it for; absent: ALLOW_ANY. */
  readonly outboundTrafficPolicy?: OutboundTrafficPolicy;
}

/** As in Istio's mesh configuration. */
export const OUTBOUND_TRAFFIC_POLICIES = ['ALLOW_ANY', 'REGISTRY_ONLY'] as const;
export type OutboundTrafficPolicy = (typeof OUTBOUND_TRAFFIC_POLICIES)[number];

export const DRIVER_CHOICES = ['auto', 'netns', 'process'] as const;
export type DriverChoice = (typeof DRIVER_CHOICES)[number];

export interface RunningMesh {
  readonly status: MeshStatus;
  /** Resolves when the mesh has ended, by itself or by {@link stop}; with the exit code. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

/** What `trysail status -o json` prints. */
export interface MeshStatus {
  readonly name: string;
  readonly version: string;
  readonly pid: number;
  readonly stateFolder: string;
  readonly driver: 'netns' | 'process';
  /** Why this driver, in a few words. */
  readonly driverReason: string;
  readonly kubeconfig: string;
  /** URLs. */
  readonly apiServer: string;
  readonly ingress: string;
  readonly console: string;
  /** As images name it: `127.0.0.1:5000`. */
  readonly registry?: string;
  /** A request that shows the example at work. */
  readonly try?: { readonly host: string; readonly path: string };
  /** Of the example: what a shell's commands mean that do not say one. */
  readonly namespace?: string;
}
