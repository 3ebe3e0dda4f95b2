import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.js';
import { TrysailError } from '../../base/errors.js';
import { type Client, isNotFound } from '../../client/client.js';
import { NODES } from '../../resources/gvr.js';
import type { KubeObject } from '../../resources/object.js';

const WITHIN_MS = 20_000;
const POLL_MS = 10;
const LOG_LINES = 5;

export interface NodeReadyOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly nodeName: string;
  /** Where the agent answers once it can run pods. An earlier run's Node object would say Ready too. */
  readonly agentSocket: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** Resolves when pods can be placed on the node. @throws TrysailError NODE_NOT_READY with what the node's process said last */
export async function nodeReady({ client, clock, signal, ...node }: NodeReadyOptions): Promise<void> {
  const deadline_ms = clock.monotonic_ms() + WITHIN_MS;
  while (!((await answers(node.agentSocket)) && (await isReady(client, node.nodeName)))) {
    signal.throwIfAborted();
    if (clock.monotonic_ms() > deadline_ms) throw notReady(node);
    await sleep(POLL_MS);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

interface NodeObject extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

async function isReady(client: Client, name: string): Promise<boolean> {
  try {
    const { status } = await client.get<NodeObject>(NODES, name);
    return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function notReady({ nodeName, logFile }: Pick<NodeReadyOptions, 'nodeName' | 'logFile'>): TrysailError {
  let said = '';
  try {
    said = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
  } catch {
    // It said nothing.
  }
  return new TrysailError(
    'NODE_NOT_READY',
    `${nodeName} was not ready within ${WITHIN_MS / 1000} s${said ? `; it said:\n${said}` : ''}`,
    'Try the other driver: --driver process.',
  );
}
