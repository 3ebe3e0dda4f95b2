import type { Any } from '@bufbuild/protobuf/wkt';
import { RBACSchema } from '../../xds/types/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import { StreamInfo } from '../http/stream-info.js';
import type { GateFilter } from '../listener/network-filter.js';
import { RbacEngine } from '../rbac/engine.js';
import type { NetworkFilterEnvironment } from './network-filters.js';

/**
 * `envoy.filters.network.rbac`: who may connect. Envoy looks when the first byte comes, we when the connection does: who sends
 * nothing is judged, too.
 * @throws ConfigError
 */
export function compileNetworkRbac(any: Any, { context }: NetworkFilterEnvironment, path: string): GateFilter {
  const config = unpack(any, RBACSchema);
  if (config.statPrefix === '') throw new ConfigError(`${path}.stat_prefix`, 'is needed');
  const rules = config.rules === undefined ? undefined : new RbacEngine(config.rules, `${path}.rules`);
  const shadow =
    config.shadowRules === undefined ? undefined : new RbacEngine(config.shadowRules, `${path}.shadow_rules`);
  const counter = (name: string) => context.stats.counter(`${config.statPrefix}rbac.${name}`);
  const allowed = counter('allowed');
  const denied = counter('denied');
  const shadowAllowed = counter(`${config.shadowRulesStatPrefix}shadow_allowed`);
  const shadowDenied = counter(`${config.shadowRulesStatPrefix}shadow_denied`);
  return {
    early: false,
    admit(info) {
      const stream = new StreamInfo(info, '');
      stream.metadataSet = info.metadataSet;
      if (shadow !== undefined) (shadow.decide(stream).allowed ? shadowAllowed : shadowDenied).value++;
      if (rules === undefined) return 'pass';
      const { allowed: passes } = rules.decide(stream);
      (passes ? allowed : denied).value++;
      return passes ? 'pass' : 'close';
    },
  };
}
