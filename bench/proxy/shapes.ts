import { LAST_VARIANT, type ProxySetup, VARIANT_HEADER } from './setup.js';

/** A kind of load, and how the proxies are set up for it. */
export interface Shape {
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly method: 'GET' | 'POST';
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly newConnections: boolean;
  readonly setup: Omit<ProxySetup, 'certificate'>;
}

const KB = 1024;
const SMALL_BYTES = 52;
const PLAIN: Shape['setup'] = {
  downstream: 'http1',
  upstream: 'http1',
  accessLog: false,
  routes: 'one',
  otherHosts: 0,
};

function shape(name: string, title: string, changes: Partial<Shape> = {}): Shape {
  return {
    name,
    title,
    connections: 64,
    method: 'GET',
    requestBytes: 0,
    replyBytes: SMALL_BYTES,
    headers: {},
    newConnections: false,
    setup: PLAIN,
    ...changes,
  };
}

export const SHAPES: readonly Shape[] = [
  shape('small-1', '52-byte reply, 1 connection', { connections: 1 }),
  shape('small-64', '52-byte reply, 64 connections'),
  shape('small-512', '52-byte reply, 512 connections', { connections: 512 }),
  shape('small-64-log', '52-byte reply, 64 connections, access log on', { setup: { ...PLAIN, accessLog: true } }),
  shape('1kb', '1 kB reply, 64 connections', { replyBytes: KB }),
  shape('64kb', '64 kB reply, 64 connections', { replyBytes: 64 * KB }),
  shape('4mb', '4 MB reply, 16 connections', { replyBytes: 4 * KB * KB, connections: 16 }),
  shape('post', 'POST of 16 kB, 64 connections', { method: 'POST', requestBytes: 16 * KB }),
  shape('regex-100', '100 routes with regex headers, the last matches', {
    headers: { [VARIANT_HEADER]: LAST_VARIANT },
    setup: { ...PLAIN, routes: 'regex' },
  }),
  shape('connect', 'a new connection for each request', { newConnections: true }),
  shape('tls', 'TLS on both sides, 64 connections', { setup: { ...PLAIN, downstream: 'tls', upstream: 'tls' } }),
  shape('http2', 'HTTP/2 from clients, 64 streams on 4 connections', { setup: { ...PLAIN, downstream: 'http2' } }),
  shape('http2-both', 'HTTP/2 on both sides, 64 streams on 4 connections', {
    setup: { ...PLAIN, downstream: 'http2', upstream: 'http2' },
  }),
];

export function shapeNamed(name: string): Shape {
  const found = SHAPES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no shape ${name}`);
  return found;
}
