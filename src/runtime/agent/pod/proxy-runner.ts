import { randomBytes } from 'node:crypto';
import type { Container, ContainerState, ContainerStatus } from 'kubernetes-types/core/v1.js';
import { messageOf } from '../../../base/errors.js';
import { rfc3339 } from '../../time.js';
import { ContainerLog } from '../logs/container-log.js';
import type { LogicalProxySpec } from '../proxy-host.js';
import { Doubling, sleep } from '../retry.js';
import { type ContainerView, lostState } from './container-state.js';
import type { PodContext } from './pod-context.js';

const RETRY_FIRST_MS = 1000;
const RETRY_LONGEST_MS = 30_000;

/** The container that stands for a logical proxy of the node: running while the node's proxy process has it, ready when it serves. */
export class ProxyRunner implements ContainerView {
  state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  lastState: ContainerState = {};
  ready = false;
  started = false;
  restartCount = 0;
  containerID = '';
  readonly imageID: string;
  log: ContainerLog | undefined;
  private readonly stopping = new AbortController();
  private readonly readyOnce: Promise<void>;
  private tellReady = () => {};
  /** Counts starts, so that an answer to an earlier one is not taken for the present one's. */
  private generation = 0;

  constructor(
    readonly container: Container,
    private readonly context: PodContext,
    private readonly spec: LogicalProxySpec,
    before: ContainerStatus | undefined,
  ) {
    this.imageID = container.image ?? '';
    this.readyOnce = new Promise((resolve) => {
      this.tellReady = resolve;
    });
    const lost = lostState(before, context.parts.clock.now());
    if (before && lost?.terminated) {
      this.restartCount = before.restartCount + 1;
      this.lastState = lost;
    }
  }

  /** Resolves when it serves its first complete configuration, or was stopped. */
  start(): Promise<void> {
    void this.add(++this.generation);
    return this.readyOnce;
  }

  /** The node's proxy process ended; it runs again and knows nothing. */
  lost(): void {
    if (this.stopping.signal.aborted || this.generation === 0) return;
    const startedAt = this.state.running?.startedAt;
    this.lastState = {
      terminated: {
        exitCode: 137,
        reason: 'Error',
        message: 'The proxy process of the node ended',
        ...(startedAt ? { startedAt } : {}),
      },
    };
    this.restartCount++;
    this.ready = false;
    this.log?.close();
    this.context.event(
      this.container.name,
      'Warning',
      'BackOff',
      "The node's proxy process ended; the proxy is started again",
    );
    void this.add(++this.generation);
  }

  onLog(line: string): void {
    this.log?.write('stderr', Buffer.from(`${line}\n`));
  }

  async stop(drain_ms: number): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    this.tellReady();
    const startedAt = this.state.running?.startedAt;
    if (this.generation > 0) {
      this.context.event(this.container.name, 'Normal', 'Killing', `Stopping container ${this.container.name}`);
      await this.context.parts.proxyHost.remove(this.spec.id, drain_ms).catch((error: unknown) => {
        this.context.parts.logger.warn('proxy not removed', { pod: this.spec.node.id, error: messageOf(error) });
      });
    }
    this.log?.close();
    this.ready = false;
    this.started = false;
    const finishedAt = rfc3339(this.context.parts.clock.now());
    const terminated = { exitCode: 0, reason: 'Completed', finishedAt, containerID: this.containerID };
    this.setState({ terminated: { ...terminated, ...(startedAt ? { startedAt } : {}) } });
  }

  private async add(generation: number): Promise<void> {
    const { parts, event, logFolder } = this.context;
    const name = this.container.name;
    this.log = new ContainerLog(logFolder(name), this.restartCount, parts.clock);
    this.containerID = `trysail://${randomBytes(32).toString('hex')}`;
    event(name, 'Normal', 'Pulled', `Container image "${this.container.image}" already present on machine`);
    event(name, 'Normal', 'Created', `Created container: ${name}`);
    this.started = true;
    this.setState({ running: { startedAt: rfc3339(parts.clock.now()) } });
    event(name, 'Normal', 'Started', `Started container ${name}`);
    const retry = new Doubling(RETRY_FIRST_MS, RETRY_LONGEST_MS);
    while (!this.stopping.signal.aborted && generation === this.generation) {
      try {
        await parts.proxyHost.add(this.spec);
        if (this.stopping.signal.aborted || generation !== this.generation) return;
        this.ready = true;
        this.tellReady();
        this.context.changed();
        return;
      } catch (error) {
        event(name, 'Warning', 'Unhealthy', `Readiness probe failed: ${messageOf(error)}`);
        await sleep(parts.clock, retry.take_ms(), this.stopping.signal);
      }
    }
  }

  private setState(state: ContainerState): void {
    this.state = state;
    this.context.changed();
  }
}
