import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { ProxiesAnswer, ProxiesCall } from './messages.js';
import { SimulatedProxy } from './simulated-proxy.js';

/** Without a response for so long, everything is taken for sent. */
const SETTLED_MS = 1_000;

/** Plays all the proxies of a mesh. */
const proxies: SimulatedProxy[] = [];
let waiting: { readonly typeUrl: string; readonly missing: Set<number> } | undefined;
let settling: NodeJS.Timeout | undefined;

function tell(answer: ProxiesAnswer): void {
  process.send?.(answer);
}

function heard(index: number, typeUrl: string): void {
  settling?.refresh();
  if (waiting?.typeUrl !== typeUrl || !waiting.missing.delete(index) || waiting.missing.size > 0) return;
  waiting = undefined;
  tell({ type: 'all', at_ms: performance.timeOrigin + performance.now() });
}

process.on('message', (call: ProxiesCall) => {
  if (call.type === 'expect') {
    waiting = { typeUrl: call.kind, missing: new Set(proxies.keys()) };
    return;
  }
  const sessions = Array.from({ length: call.sessions }, () =>
    connectHttp2('http://localhost', {
      createConnection: () => connect(call.socket),
      settings: { initialWindowSize: 16 * 1024 * 1024 },
      maxSessionMemory: 256,
    }),
  );
  for (const session of sessions) session.once('connect', () => session.setLocalWindowSize(64 * 1024 * 1024));
  for (const [index, proxy] of call.proxies.entries()) {
    const session = sessions[index % sessions.length]!;
    proxies.push(new SimulatedProxy(session, proxy, (typeUrl) => heard(index, typeUrl)));
  }
  settling = setTimeout(() => {
    settling = undefined;
    tell({ type: 'settled', resources: proxies.reduce((sum, { resources }) => sum + resources, 0) });
  }, SETTLED_MS);
});
process.on('disconnect', () => process.exit(0));
