import type { Random } from '../../base/random.js';
import type { Percent } from '../../xds/types/gen/envoy/type/v3/percent_pb.js';
import type { HttpStream } from '../http/http-stream.js';
import { idNumber, reasonOf, type TraceReason, withReason } from './request-id.js';

/** Shares of requests, 0 to 1. */
export interface Sampling {
  /** Of those with `x-client-trace-id`. */
  readonly client: number;
  /** Of those that nobody else wants traced. */
  readonly random: number;
  /** Of all that are to be traced. */
  readonly overall: number;
}

/** What Envoy counts by. */
const STEPS = 10_000;

export const ALL: Sampling = { client: 1, random: 1, overall: 1 };

/** Percents of a connection manager; an absent one is all. */
export function samplingOf(percents: {
  readonly clientSampling?: Percent | undefined;
  readonly randomSampling?: Percent | undefined;
  readonly overallSampling?: Percent | undefined;
}): Sampling {
  const share = (percent: Percent | undefined): number => Math.min(100, percent?.value ?? 100) / 100;
  return {
    client: share(percents.clientSampling),
    random: share(percents.randomSampling),
    overall: share(percents.overallSampling),
  };
}

/** Decides whether a request is traced, and notes why in its id, so that all behind decide the same. */
export function decide(stream: HttpStream, sampling: Sampling, random: Random): TraceReason {
  const { headers } = stream;
  const id = headers.get('x-request-id');
  const number = idNumber(id);
  if (id === undefined || number === undefined) return 'none';
  const place = (number % STEPS) / STEPS;
  const known = reasonOf(id);
  let reason = known;
  if (reason === 'none') {
    if (headers.has('x-client-trace-id') && random.next() < sampling.client) reason = 'client';
    else if (headers.has('x-envoy-force-trace')) reason = 'forced';
    else if (place < sampling.random) reason = 'sampling';
  }
  if (reason !== 'none' && place >= sampling.overall) reason = 'none';
  if (reason !== known) headers.set('x-request-id', withReason(id, reason));
  return reason;
}
