import { type AttributeBag, Failure, type Vocabulary } from '../../expr/index.js';
import type { HandlerConfig, InstanceConfig } from '../config.js';
import type { PolicyEnvironment } from '../environment.js';
import type { QuotaGrant, QuotaRequest } from './backend.js';
import { type Allotment, dimensionReader, memoryAllotment, redisAllotment } from './limit.js';

/** Much longer than any request: what no handler counts. */
const UNLIMITED_MS = 1e12;
const NOTHING: QuotaGrant = { amount: 0, validDuration_ms: 0 };

/** How much is asked for, and how. */
export interface Amount {
  readonly amount: number;
  readonly bestEffort: boolean;
  readonly deduplicationId: string;
}

/** One quota instance that is sent to one handler. */
export interface QuotaAction {
  /** The instance's whole name. */
  readonly instance: string;
  /** A Failure: the instance could not be made, and nothing was asked. */
  allocate(bag: AttributeBag, amount: Amount): QuotaGrant | Failure | Promise<QuotaGrant>;
}

type Quota = Extract<InstanceConfig, { template: 'quota' }>;

/** Undefined where the handler counts no such quota. @throws ExpressionError */
export function compileQuota(
  handler: HandlerConfig,
  { dimensions }: Quota,
  names: { readonly handler: string; readonly instance: string },
  vocabulary: Vocabulary,
  environment: PolicyEnvironment,
): QuotaAction | undefined {
  const { instance } = names;
  if (handler.adapter === 'denier') return { instance, allocate: () => NOTHING };
  if (handler.adapter === 'noop') {
    return { instance, allocate: (_bag, { amount }) => ({ amount, validDuration_ms: UNLIMITED_MS }) };
  }
  if (handler.adapter !== 'memquota' && handler.adapter !== 'redisquota') return undefined;
  const limit = handler.quotas.find(({ name }) => name === instance);
  if (limit === undefined) {
    environment.logger.warn(`${names.handler}: did not find limit defined for quota ${instance}: it is not counted`);
    return undefined;
  }
  const reader = dimensionReader(dimensions, vocabulary);
  const inRedis = handler.adapter === 'redisquota';
  const allot = inRedis ? redisAllotment(limit, reader.names) : memoryAllotment(limit, reader.names);
  const constant = {
    handler: names.handler,
    redisServerUrl: inRedis ? handler.redisServerUrl : '',
    minDeduplicationDuration_ms: inRedis ? limit.validDuration_ms : handler.minDeduplicationDuration_ms,
    algorithm: limit.algorithm,
    bucketDuration_ms: limit.bucketDuration_ms,
  };
  return {
    instance,
    allocate: (bag, amount) => {
      const values = reader.read(bag);
      return values instanceof Failure
        ? values
        : environment.quotas.allocate(requestOf(constant, allot(values), amount));
    },
  };
}

type Constant = Omit<QuotaRequest, keyof Allotment | keyof Amount>;

/** Field by field: spreading three objects takes longer than counting does. */
function requestOf(constant: Constant, allotment: Allotment, amount: Amount): QuotaRequest {
  return {
    handler: constant.handler,
    redisServerUrl: constant.redisServerUrl,
    minDeduplicationDuration_ms: constant.minDeduplicationDuration_ms,
    algorithm: constant.algorithm,
    bucketDuration_ms: constant.bucketDuration_ms,
    key: allotment.key,
    maxAmount: allotment.maxAmount,
    validDuration_ms: allotment.validDuration_ms,
    amount: amount.amount,
    bestEffort: amount.bestEffort,
    deduplicationId: amount.deduplicationId,
  };
}
