import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type ToChild =
  | { readonly kind: 'start'; readonly bootstrap: string }
  | { readonly kind: 'memory' }
  | { readonly kind: 'stat'; readonly name: string };

export interface Memory {
  readonly rss_bytes: number;
  /** Of what is alive: garbage is collected before. */
  readonly heap_bytes: number;
  /** Buffers. */
  readonly external_bytes: number;
}

export type ToParent =
  | { readonly kind: 'started'; readonly port: number }
  | ({ readonly kind: 'memory' } & Memory)
  | { readonly kind: 'stat'; readonly value: number };

/** A proxy in its own process, with a listener `test`. */
export class ChildProxy {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(bootstrap: string): Promise<ChildProxy> {
    const script = fileURLToPath(new URL('proxy-child.js', import.meta.url));
    const child = fork(script, { execArgv: ['--expose-gc'] });
    const { port } = await ask(child, { kind: 'start', bootstrap }, 'started');
    return new ChildProxy(child, port);
  }

  memory(): Promise<Memory> {
    return ask(this.child, { kind: 'memory' }, 'memory');
  }

  async stat(name: string): Promise<number> {
    return (await ask(this.child, { kind: 'stat', name }, 'stat')).value;
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await exited;
  }
}

/** One question at a time. */
function ask<K extends ToParent['kind']>(
  child: ChildProcess,
  question: ToChild,
  kind: K,
): Promise<Extract<ToParent, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const died = (): void => reject(new Error('the proxy ended'));
    child.once('exit', died);
    child.once('message', (answer: ToParent) => {
      child.off('exit', died);
      if (answer.kind === kind) resolve(answer as Extract<ToParent, { kind: K }>);
      else reject(new Error(`${answer.kind} instead of ${kind}`));
    });
    child.send(question);
  });
}
