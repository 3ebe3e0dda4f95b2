import { startProxy } from '../../src/proxy/testing/test-proxy.js';
import type { ToChild, ToParent } from './child-proxy.js';

// One proxy in a process of its own, so that its memory and open files are its own. Spoken to over IPC.
const say = (message: ToParent): void => void process.send?.(message);
const gc = (globalThis as { gc?: () => void }).gc;

let proxy: Awaited<ReturnType<typeof startProxy>> | undefined;

process.on('message', (message: ToChild) => {
  if (message.kind === 'start') {
    void startProxy(message.bootstrap).then((started) => {
      proxy = started;
      say({ kind: 'started', port: started.port('test') });
    });
  } else if (message.kind === 'memory') {
    // Access logs that the test's own helper has gathered.
    if (proxy !== undefined) proxy.logs.length = 0;
    // Twice: what a finalizer of the first round lets go is collected in the second.
    gc?.();
    gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    say({ kind: 'memory', rss_bytes: rss, heap_bytes: heapUsed, external_bytes: external });
  } else say({ kind: 'stat', value: proxy?.stat(message.name) ?? 0 });
});
process.on('disconnect', () => process.exit(0));
