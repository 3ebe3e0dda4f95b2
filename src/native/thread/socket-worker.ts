import { serveOperations } from './serve.js';
import { SocketOperations, type SocketsRequest } from './socket-operations.js';

const sockets = new SocketOperations();

const operations = {
  makeSockets: (request: SocketsRequest) => sockets.makeSockets(request),
  release: (path: string) => sockets.release(path),
};
export type SocketThreadOperations = typeof operations;

serveOperations(operations);
