import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { agentCommand } from '../../runtime/drivers/netns/agent-command.js';
import type { NodeConfig } from '../node/node-config.js';
import { processScript } from '../process-scripts.js';
import { childrenOf, endProcess, identify, type ProcessIdentity, programOf } from './process-identity.js';

/** Pods get a moment to end by themselves; then their namespaces end with everything in them. */
const END_GRACE_MS = 8_000;
const RESTART_DELAY_MS = 1_000;

export interface NodeProcessOptions {
  readonly config: NodeConfig;
  readonly configFile: string;
  readonly logFile: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with the process at every start: the one whose end ends everything of the node. */
  readonly onStart: (process: ProcessIdentity) => void;
}

/** A node of the mesh: the agent's process, started again when it ends by itself. */
export class NodeProcess {
  private child: ChildProcess;
  private stopping = false;

  constructor(private readonly options: NodeProcessOptions) {
    writeFileSync(options.configFile, JSON.stringify(options.config, null, 2), { mode: 0o600 });
    this.child = this.start();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.pid !== undefined) await endNode(identify(this.child.pid));
  }

  private start(): ChildProcess {
    const { config, configFile, logFile } = this.options;
    const own = [process.execPath, processScript('node'), configFile];
    const [file = '', ...args] = config.driver === 'netns' ? agentCommand(own) : own;
    const log = openSync(logFile, 'a', 0o600);
    // A group of its own: Ctrl-C is for the control plane, which then ends the node in order.
    const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log] });
    child.once('error', (error) => this.options.logger.error('node cannot start', { error: error.message }));
    child.once('exit', (code, signal) => this.ended(code ?? signal ?? 'unknown'));
    if (child.pid !== undefined) this.options.onStart(identify(child.pid));
    return child;
  }

  private ended(how: number | string): void {
    if (this.stopping) return;
    this.options.logger.error('node ended; starting it again', { node: this.options.config.nodes[0]?.name, how });
    this.options.clock.setTimer(RESTART_DELAY_MS, () => {
      if (!this.stopping) this.child = this.start();
    });
  }
}

/** Ends a node process and all below it. The agent is the process itself, or the one child of the wrapper that made its namespaces. */
export async function endNode(node: ProcessIdentity): Promise<void> {
  const [agent] = childrenOf(node.pid);
  const wrapped = agent !== undefined && isWrapper(node.pid);
  await endProcess(node, END_GRACE_MS, wrapped ? agent : node.pid);
}

function isWrapper(pid: number): boolean {
  return programOf(pid) === 'unshare';
}
