import type { Permission } from '../../xds/types/gen/envoy/config/rbac/v3/rbac_pb.js';
import { ConfigError } from '../errors.js';
import type { StreamInfo } from '../http/stream-info.js';
import { compileCidrRanges } from '../matching/cidr-matcher.js';
import { compileHeaderMatchers } from '../matching/header-matcher.js';
import { compileMetadataMatcher } from '../matching/metadata-matcher.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import { compilePathMatcher } from './path.js';

/** One question of a policy to a request or connection; of a connection the headers are empty. */
export type RbacPredicate = (info: StreamInfo) => boolean;

/** What a policy allows to be done. @throws ConfigError */
export function compilePermission(permission: Permission, path: string): RbacPredicate {
  const { rule } = permission;
  switch (rule.case) {
    case 'any':
      return () => true;
    case 'andRules': {
      const all = rule.value.rules.map((one, i) => compilePermission(one, `${path}.and_rules.rules[${i}]`));
      return (info) => all.every((matches) => matches(info));
    }
    case 'orRules': {
      const some = rule.value.rules.map((one, i) => compilePermission(one, `${path}.or_rules.rules[${i}]`));
      return (info) => some.some((matches) => matches(info));
    }
    case 'notRule': {
      const matches = compilePermission(rule.value, `${path}.not_rule`);
      return (info) => !matches(info);
    }
    case 'header': {
      const [matches] = compileHeaderMatchers([rule.value], `${path}.header`);
      return matches!;
    }
    case 'urlPath':
      return compilePathMatcher(rule.value, `${path}.url_path`);
    case 'metadata': {
      const matches = compileMetadataMatcher(rule.value, `${path}.metadata`);
      return (info) => matches(info.metadataSet);
    }
    case 'requestedServerName': {
      const matches = compileStringMatcher(rule.value, `${path}.requested_server_name`);
      return ({ connection }) => matches(connection.requestedServerName);
    }
    case 'destinationIp': {
      const contains = compileCidrRanges([rule.value], `${path}.destination_ip`);
      return ({ connection }) => contains(connection.localAddress);
    }
    case 'destinationPort': {
      const port = rule.value;
      return ({ connection }) => connection.localPort === port;
    }
    case 'destinationPortRange': {
      const { start, end } = rule.value;
      return ({ connection }) => connection.localPort >= start && connection.localPort < end;
    }
    default:
      throw new ConfigError(path, 'this kind of permission is not supported');
  }
}
