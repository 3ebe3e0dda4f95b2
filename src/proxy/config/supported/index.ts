import * as accessLog from './access-log.js';
import * as bootstrap from './bootstrap.js';
import * as cluster from './cluster.js';
import * as common from './common.js';
import type { SupportedFields } from './fields.js';
import * as httpConnectionManager from './http-connection-manager.js';
import * as httpFilters from './http-filters.js';
import * as listener from './listener.js';
import * as route from './route.js';
import * as stats from './stats.js';
import * as tls from './tls.js';
import * as tracing from './tracing.js';

const AREAS: readonly { readonly IMPLEMENTED: SupportedFields; readonly INERT?: SupportedFields }[] = [
  accessLog,
  bootstrap,
  cluster,
  common,
  httpConnectionManager,
  httpFilters,
  listener,
  route,
  stats,
  tls,
  tracing,
];

/**
 * The fields that the proxy implements, and those that it accepts because they change nothing that a client, a server or a reader
 * of statistics of this proxy can see: hints to a debugger, to Envoy's threads, or to what this proxy has in one way only.
 */
export const SUPPORTED: SupportedFields = merge();

function merge(): SupportedFields {
  const merged: Record<string, string> = {};
  for (const { IMPLEMENTED, INERT } of AREAS) {
    for (const [message, fields] of [...Object.entries(IMPLEMENTED), ...Object.entries(INERT ?? {})]) {
      merged[message] = `${merged[message] ?? ''} ${fields}`.trim();
    }
  }
  return merged;
}
