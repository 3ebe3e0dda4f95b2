import { stat } from 'node:fs';
import { messageOf } from '../../../base/errors.js';
import { emitEvent, SocketOperations, type SocketsRequest, serveOperations } from '../../../native/index.js';
import { ContainerLauncher, type ExecRequest, type StartRequest } from './container-launcher.js';
import {
  changeServices,
  type MeshRequest,
  NetworkMaker,
  type PodRequest,
  type ServicesRequest,
} from './pod-network.js';

/** What the node's thread tells by itself. */
export interface ExitEvent {
  readonly key: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const sockets = new SocketOperations();
const networks = new NetworkMaker();
const launcher = new ContainerLauncher((key, code, signal) => emitEvent({ key, code, signal } satisfies ExitEvent));

const operations = {
  createMesh: (request: MeshRequest) => launcher.away(() => networks.createMesh(request)),
  createPod: (request: PodRequest) => launcher.away(() => networks.createPod(request)),
  changeServices: ({ pods, changes }: ServicesRequest): string[] => {
    return pods.flatMap(({ path, podIP }) => {
      try {
        sockets.inNetwork(path, () => changeServices(podIP, changes));
        return [];
      } catch (error) {
        return [`${podIP}: ${messageOf(error)}`];
      }
    });
  },
  start: (request: StartRequest) => launcher.start(request),
  exec: (request: ExecRequest) => launcher.exec(request),
  makeSockets: (request: SocketsRequest) => sockets.makeSockets(request),
  release: (path: string) => sockets.release(path),
};
export type NodeThreadOperations = typeof operations;

// Starts libuv's pool now: threads that it made later, away from home, would stay there.
stat('/', () => serveOperations(operations));
