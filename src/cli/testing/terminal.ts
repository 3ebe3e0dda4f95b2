import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { CliDependencies } from '../dependencies.js';
import { runCli } from '../index.js';
import type { MeshStatus, UpOptions } from '../launcher.js';
import { FakeClient } from './fake-client.js';

const KUBECONFIG = `
apiVersion: v1
kind: Config
current-context: trysail
clusters: [{ name: trysail, cluster: { server: 'https://127.0.0.1:6443' } }]
users: [{ name: trysail, user: { token: t0ken } }]
contexts: [{ name: trysail, context: { cluster: trysail, user: trysail, namespace: shop } }]
`;

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A place to run commands in: own folder, a fake API server whose context's namespace is `shop`, captured output. */
export class Terminal {
  readonly folder = mkdtempSync(join(tmpdir(), 'trysail-cli-'));
  readonly client = new FakeClient();
  readonly env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: this.folder, XDG_STATE_HOME: this.folder };
  status: MeshStatus | undefined;
  readonly ups: UpOptions[] = [];
  /** What differs from the usual dependencies. */
  overrides: Partial<CliDependencies> = {};

  constructor() {
    this.env['KUBECONFIG'] = this.write('kubeconfig', KUBECONFIG);
  }

  /** @returns the path */
  write(name: string, contents: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, contents);
    return path;
  }

  async run(args: readonly string[], input = ''): Promise<Result> {
    const result = { code: 0, out: '', err: '' };
    const sink = (field: 'out' | 'err') =>
      new Writable({
        write(chunk, _, done) {
          result[field] += String(chunk);
          done();
        },
      });
    result.code = await runCli(args, {
      version: '1.2.3',
      env: this.env,
      stdin: Readable.from([input]),
      stdout: sink('out'),
      stderr: sink('err'),
      now: () => Date.UTC(2026, 0, 2),
      self: ['/bin/echo', 'trysail:'],
      launcher: {
        up: async (options) => {
          this.ups.push(options);
          return { status: this.status!, ended: Promise.resolve(7), stop: async () => {} };
        },
        upDetached: async (options) => {
          this.ups.push(options);
          return this.status!;
        },
        down: async () => this.status !== undefined,
        status: async () => this.status,
      },
      images: () => Promise.reject(new Error('no images here')),
      connect: async () => this.client,
      proxy: async () => 0,
      ...this.overrides,
    });
    return result;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
