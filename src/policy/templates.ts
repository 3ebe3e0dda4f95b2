import type { HandlerConfig, InstanceConfig } from './config.js';

export type Adapter = HandlerConfig['adapter'];
export type Template = InstanceConfig['template'];

/** Which instances each adapter can be sent. */
export const TEMPLATES_OF_ADAPTER: Readonly<Record<Adapter, readonly Template[]>> = {
  denier: ['checknothing', 'listentry', 'quota'],
  listchecker: ['listentry'],
  memquota: ['quota'],
  redisquota: ['quota'],
  prometheus: ['metric'],
  stdio: ['logentry', 'metric'],
  fluentd: ['logentry'],
  kubernetesenv: ['kubernetes'],
  noop: ['checknothing', 'reportnothing', 'listentry', 'logentry', 'metric', 'quota', 'tracespan'],
};
