import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { PolicyError } from '../errors.js';
import type { QuotaBackend, QuotaGrant, QuotaRequest } from '../quota/backend.js';
import { type Connect, RedisConnection } from './connection.js';
import type { Reply } from './reply.js';
import { FIXED_WINDOW_SCRIPT, ROLLING_WINDOW_SCRIPT } from './scripts.js';

/** Redis servers that quotas may name. */
export const REDIS_SERVERS_MAX = 64;

interface Script {
  readonly text: string;
  readonly sha1: string;
}

const script = (text: string): Script => ({ text, sha1: createHash('sha1').update(text).digest('hex') });
const SCRIPTS = { FIXED_WINDOW: script(FIXED_WINDOW_SCRIPT), ROLLING_WINDOW: script(ROLLING_WINDOW_SCRIPT) };

/** Counts quotas in the Redis that each request names: exact for all control planes that share it. */
export class RedisQuotas implements QuotaBackend {
  private readonly connections = new Map<string, RedisConnection>();

  constructor(
    private readonly connect: Connect,
    private readonly clock: Clock,
  ) {}

  async allocate(request: QuotaRequest): Promise<QuotaGrant> {
    const connection = this.connectionTo(request.redisServerUrl);
    const { text, sha1 } = SCRIPTS[request.algorithm];
    const rest = argumentsOf(request);
    let reply: Reply;
    try {
      reply = await connection.command('EVALSHA', sha1, ...rest);
    } catch (error) {
      if (!messageOf(error).includes('NOSCRIPT')) throw error;
      reply = await connection.command('EVAL', text, ...rest);
    }
    return grantOf(reply);
  }

  close(): void {
    for (const connection of this.connections.values()) connection.close();
    this.connections.clear();
  }

  private connectionTo(hostPort: string): RedisConnection {
    let connection = this.connections.get(hostPort);
    if (connection === undefined) {
      if (this.connections.size >= REDIS_SERVERS_MAX) {
        throw new PolicyError('TOO_MANY_REDIS', `quotas name more than ${REDIS_SERVERS_MAX} Redis servers`);
      }
      connection = new RedisConnection(hostPort, this.connect, this.clock);
      this.connections.set(hostPort, connection);
    }
    return connection;
  }
}

function argumentsOf(request: QuotaRequest): string[] {
  const { key, deduplicationId, maxAmount, validDuration_ms, amount, bestEffort, bucketDuration_ms } = request;
  // one name for both in a Redis cluster: what stands in braces decides where a key lives
  const cell = `quota:{${key}}`;
  const keys = deduplicationId === '' ? [cell] : [cell, `${cell}:${deduplicationId}`];
  const numbers = [maxAmount, Math.ceil(validDuration_ms), amount, bestEffort ? 1 : 0, Math.ceil(bucketDuration_ms)];
  return [String(keys.length), ...keys, ...numbers.map(String)];
}

function grantOf(reply: Reply): QuotaGrant {
  const [amount, validDuration_ms] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  if (typeof amount !== 'number' || typeof validDuration_ms !== 'number') {
    throw new PolicyError('REDIS_FAILED', `invalid response from the redis server: ${JSON.stringify(reply)}`);
  }
  return { amount, validDuration_ms };
}
