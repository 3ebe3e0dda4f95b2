import { closeSync, openSync } from 'node:fs';
import { enterNamespace, openOwnNamespace, returnToNamespaces, unshareNamespaces } from '../namespaces.js';
import { makeSocket, type SocketSpec } from '../sockets.js';

export interface SocketsRequest {
  /** File of the network namespace. */
  readonly path: string;
  readonly spec: SocketSpec;
  readonly count: number;
}

/**
 * Operations of a thread that makes sockets in other networks. The thread lives in an empty network of its own between two
 * requests: rootless it may not return to the host's, and staying in a pod's would keep that pod's alive.
 */
export class SocketOperations {
  private readonly namespaces = new Map<string, number>();
  private home: number | undefined;

  /** Runs `work` in the network of the file at `path`. `work` is synchronous. */
  inNetwork<R>(path: string, work: () => R): R {
    const home = this.homeNetwork();
    enterNamespace(this.descriptorOf(path), 'net');
    try {
      return work();
    } finally {
      returnToNamespaces([['net', home]]);
    }
  }

  makeSockets(request: SocketsRequest): number[] {
    return this.inNetwork(request.path, () => {
      const made: number[] = [];
      for (let i = 0; i < request.count; i++) made.push(makeSocket(request.spec));
      return made;
    });
  }

  /** Forgets a network: it may end. */
  release(path: string): void {
    const fd = this.namespaces.get(path);
    this.namespaces.delete(path);
    if (fd !== undefined) closeSync(fd);
  }

  private homeNetwork(): number {
    if (this.home === undefined) {
      unshareNamespaces(['net']);
      this.home = openOwnNamespace('net');
    }
    return this.home;
  }

  private descriptorOf(path: string): number {
    let fd = this.namespaces.get(path);
    if (fd === undefined) {
      fd = openSync(path, 'r');
      this.namespaces.set(path, fd);
    }
    return fd;
  }
}
