import type { Readable, Writable } from 'node:stream';
import type { Client, PathClient } from '../client/client.js';
import type { Connection } from '../client/kubeconfig.js';
import type { ImageCommands } from './image-commands.js';
import type { MeshLauncher } from './launcher.js';

/** Of `trysail proxy`, named as Envoy's. */
export interface ProxyOptions {
  readonly configPath?: string;
  readonly configYaml?: string;
  readonly mode: 'serve' | 'validate';
  readonly serviceNode?: string;
  readonly serviceCluster?: string;
  readonly serviceZone?: string;
  readonly drainTimeS: number;
  readonly drainStrategy: 'gradual' | 'immediate';
}

/** Everything that the commands reach outside themselves; `main` makes it. */
export interface CliDependencies {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Wall time, for ages. */
  readonly now: () => number;
  /** How this command is started, for shims: interpreter and script. */
  readonly self: readonly string[];
  readonly launcher: MeshLauncher;
  /** The image store of the mesh whose state is in the folder. */
  readonly images: (stateFolder: string, mesh: string) => Promise<ImageCommands>;
  readonly connect: (connection: Connection) => Promise<Client & PathClient>;
  /** Runs a proxy from a bootstrap until a signal. @returns the exit code */
  readonly proxy: (options: ProxyOptions) => Promise<number>;
}
