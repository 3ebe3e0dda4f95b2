import dns = require('node:dns');
import net = require('node:net');
import tls = require('node:tls');
import header = require('./proxy-header.cjs');

import type { PreloadSettings } from './pod-settings.cjs';

import settings = require('./settings.cjs');

type ConnectOptions = net.TcpNetConnectOpts & { path?: string };
type ConnectListener = (() => void) | null | undefined;

/** Of net.Socket, the same from Node 10 on: a write that goes to the descriptor now, ahead of what the program queued. */
interface RawWriter {
  _writeGeneric(vector: false, data: Buffer, encoding: 'buffer', done: (error?: Error) => void): void;
}

/** TCP to localhost goes to the pod's application; all other TCP to the sidecar (or the relay in its place), which learns from a header where it was going. */
function patchConnect(pod: PreloadSettings): void {
  const original = net.Socket.prototype.connect as (options: ConnectOptions, listener?: () => void) => net.Socket;

  function connect(this: net.Socket, ...args: unknown[]): net.Socket {
    const [given, listener] = normalize(args);
    const done = listener ?? undefined;
    const host = given.host || 'localhost';
    if (given.path || given.port === undefined) return original.call(this, given, done);
    if (settings.isLocal(host)) return original.call(this, withoutLookup({ ...given, host: pod.appIP }), done);
    if (!isCaptured(host, pod)) return original.call(this, given, done);
    return original.call(this, throughSidecar(this, given, host, pod), done);
  }
  net.Socket.prototype.connect = connect as typeof net.Socket.prototype.connect;
  patchTls(pod);
}

/** TLS must begin after the header, so it is laid over a plain socket that sends one. */
function patchTls(pod: PreloadSettings): void {
  const original = tls.connect as (options: tls.ConnectionOptions, listener?: () => void) => tls.TLSSocket;

  function connect(...args: unknown[]): tls.TLSSocket {
    const [given, listener] = normalizeTls(args);
    const done = listener ?? undefined;
    const host = given.host || 'localhost';
    if (given.socket || given.path || settings.isLocal(host) || !isCaptured(host, pod)) return original(given, done);
    const tcp = given as ConnectOptions;
    const socket = net.connect({ ...tcp, host, ...{ ALPNProtocols: undefined, signal: undefined } });
    const servername = given.servername ?? (net.isIP(host) === 0 ? host : undefined);
    const secured = original({ ...given, socket, ...(servername === undefined ? {} : { servername }) }, done);
    socket.on('error', (error) => secured.destroy(error));
    return secured;
  }
  tls.connect = connect as typeof tls.connect;
}

function throughSidecar(socket: net.Socket, given: ConnectOptions, host: string, pod: PreloadSettings): ConnectOptions {
  const port = Number(given.port);
  let destination = host;
  socket.prependOnceListener('connect', () => {
    const bytes = header.proxyHeader(
      { address: pod.appIP, port: socket.localPort ?? 0 },
      { address: destination, port },
    );
    (socket as unknown as RawWriter)._writeGeneric(false, bytes, 'buffer', (error) => {
      if (error) socket.destroy(error);
    });
  });
  const options = { ...given, port: pod.outboundPort, localAddress: pod.appIP };
  delete options.localPort;
  if (net.isIP(host) !== 0) return withoutLookup({ ...options, host: pod.podIP });
  const lookup = (given.lookup ?? dns.lookup) as typeof dns.lookup;
  options.lookup = (hostname, lookupOptions, callback) => {
    lookup(hostname, { family: lookupOptions.family, hints: lookupOptions.hints }, (error, address) => {
      if (error) {
        callback(error, '', 4);
        return;
      }
      destination = address;
      if (lookupOptions.all) callback(null, [{ address: pod.podIP, family: 4 }]);
      else callback(null, pod.podIP, 4);
    });
  };
  return options;
}

function isCaptured(host: string, pod: PreloadSettings): boolean {
  if (host === pod.podIP || host === pod.appIP) return false;
  return pod.capturedRange === undefined || net.isIP(host) === 0 || isInRange(host, pod.capturedRange);
}

function isInRange(host: string, cidr: string): boolean {
  const [base, length] = cidr.split('/');
  if (!net.isIPv4(host)) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(ipv4Number(host) / size) === Math.floor(ipv4Number(base!) / size);
}

function ipv4Number(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

function withoutLookup(options: ConnectOptions): ConnectOptions {
  const { lookup: _lookup, family: _family, ...rest } = options;
  return rest;
}

/** `connect(options, listener)`, `connect(port, host, listener)`, `connect(path, listener)`, or what Node made of one of them. */
function normalize(args: unknown[]): [ConnectOptions, ConnectListener] {
  const [first, second] = args;
  if (Array.isArray(first)) return [first[0] as ConnectOptions, first[1] as ConnectListener];
  const listener = args.findLast((argument) => typeof argument === 'function') as ConnectListener;
  if (typeof first === 'object' && first !== null) return [first as ConnectOptions, listener];
  if (typeof first === 'string' && !/^\d+$/.test(first)) {
    return [{ path: first } as unknown as ConnectOptions, listener];
  }
  const host = typeof second === 'string' ? { host: second } : {};
  return [{ port: first as number, ...host }, listener];
}

/** `connect(options, listener)`, or `connect(port, host, options, listener)` with any but the port left out. */
function normalizeTls(args: unknown[]): [tls.ConnectionOptions, ConnectListener] {
  const listener = args.findLast((argument) => typeof argument === 'function') as ConnectListener;
  const options = args.find((argument) => typeof argument === 'object' && argument !== null) as tls.ConnectionOptions;
  const [first, second] = args;
  if (typeof first === 'object') return [options ?? {}, listener];
  const host = typeof second === 'string' ? { host: second } : {};
  return [{ ...options, port: Number(first), ...host }, listener];
}

export = { patchConnect };
