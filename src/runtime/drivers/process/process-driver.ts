import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { DnsServer } from '../../dns/dns-server.js';
import type { DnsResponder } from '../../dns/responder.js';
import { RuntimeError } from '../../errors.js';
import type { Driver, Sandbox, SandboxSpec } from '../driver.js';
import { LoopbackRange } from './loopback-range.js';
import { POD_DNS_PORT } from './process-environment.js';
import { ProcessSandbox } from './process-sandbox.js';
import { endStarted, Reaper } from './reaper.js';

export interface ProcessDriverOptions {
  /** For files that live as long as a sandbox. */
  readonly stateDir: string;
  /** The mesh's names, and those of the world outside. */
  readonly dns: DnsResponder;
}

/**
 * Pods as plain processes of the current user, each with two loopback addresses: podIP belongs to its sidecar, appIP to its
 * program. Node programs are captured by a preload, others by http_proxy. Needs no privileges and no Linux namespaces.
 */
export class ProcessDriver implements Driver {
  readonly name = 'process';
  private readonly sandboxes = new Set<Sandbox>();
  private range: LoopbackRange | undefined;
  private reaper: Reaper | undefined;

  constructor(private readonly options: ProcessDriverOptions) {}

  private get folder(): string {
    return sandboxesIn(this.options.stateDir);
  }

  async start(): Promise<void> {
    this.range = await LoopbackRange.claim();
    await mkdir(this.options.stateDir, { recursive: true });
    this.reaper = await Reaper.start(this.options.stateDir);
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
  }

  async createSandbox(spec: SandboxSpec): Promise<Sandbox> {
    const { range, reaper } = this;
    if (!range || !reaper) throw new RuntimeError('DRIVER_NOT_STARTED', 'The process driver was not started');
    const { index, podIP, appIP: ownIP } = range.allocate();
    const appIP = spec.captured ? ownIP : podIP;
    const folder = path.join(this.folder, spec.uid);
    let dns: DnsServer | undefined;
    try {
      await mkdir(folder, { recursive: true });
      dns = await DnsServer.open(this.options.dns, { address: podIP, port: POD_DNS_PORT });
    } catch (error) {
      range.free(index);
      throw error;
    }
    const place = { spec, podIP, appIP, mark: reaper.mark(spec.uid) };
    const sandbox = new ProcessSandbox(place, folder, reaper, async () => {
      await dns.close();
      range.free(index);
      this.sandboxes.delete(sandbox);
    });
    this.sandboxes.add(sandbox);
    return sandbox;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sandboxes].map((sandbox) => sandbox.destroy()));
    await this.reaper?.stop();
    await this.range?.release();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What a driver that was killed, and its watcher with it, left behind: processes and files. */
export async function removeLeftovers(stateDir: string): Promise<void> {
  await endStarted(stateDir);
  await rm(sandboxesIn(stateDir), { recursive: true, force: true });
}

function sandboxesIn(stateDir: string): string {
  return path.join(stateDir, 'sandboxes');
}
