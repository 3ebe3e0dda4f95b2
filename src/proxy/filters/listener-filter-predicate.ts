import type { ListenerFilterChainMatchPredicate } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { ConfigError } from '../errors.js';
import type { ConnectionInfo } from '../http/stream-info.js';

type Predicate = (info: ConnectionInfo) => boolean;

/** For which connections a listener filter is switched off. @throws ConfigError */
export function compileFilterDisabled(config: ListenerFilterChainMatchPredicate, path: string): Predicate {
  const { rule } = config;
  switch (rule.case) {
    case 'anyMatch':
      return () => true;
    case 'notMatch': {
      const matches = compileFilterDisabled(rule.value, `${path}.not_match`);
      return (info) => !matches(info);
    }
    case 'orMatch': {
      const some = rule.value.rules.map((one, i) => compileFilterDisabled(one, `${path}.or_match.rules[${i}]`));
      return (info) => some.some((matches) => matches(info));
    }
    case 'andMatch': {
      const all = rule.value.rules.map((one, i) => compileFilterDisabled(one, `${path}.and_match.rules[${i}]`));
      return (info) => all.every((matches) => matches(info));
    }
    case 'destinationPortRange': {
      const { start, end } = rule.value;
      return ({ localPort }) => localPort >= start && localPort < end;
    }
    default:
      throw new ConfigError(path, 'a predicate needs a rule');
  }
}
