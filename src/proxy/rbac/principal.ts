import type { Principal, Principal_Authenticated } from '../../xds/types/gen/envoy/config/rbac/v3/rbac_pb.js';
import { ConfigError } from '../errors.js';
import { compileCidrRanges } from '../matching/cidr-matcher.js';
import { compileHeaderMatchers } from '../matching/header-matcher.js';
import { compileMetadataMatcher } from '../matching/metadata-matcher.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import { compilePathMatcher } from './path.js';
import { peerNames } from './peer.js';
import type { RbacPredicate } from './permission.js';

/** Whom a policy means. @throws ConfigError */
export function compilePrincipal(principal: Principal, path: string): RbacPredicate {
  const { identifier } = principal;
  switch (identifier.case) {
    case 'any':
      return () => true;
    case 'andIds': {
      const all = identifier.value.ids.map((one, i) => compilePrincipal(one, `${path}.and_ids.ids[${i}]`));
      return (info) => all.every((matches) => matches(info));
    }
    case 'orIds': {
      const some = identifier.value.ids.map((one, i) => compilePrincipal(one, `${path}.or_ids.ids[${i}]`));
      return (info) => some.some((matches) => matches(info));
    }
    case 'notId': {
      const matches = compilePrincipal(identifier.value, `${path}.not_id`);
      return (info) => !matches(info);
    }
    case 'authenticated':
      return compileAuthenticated(identifier.value, `${path}.authenticated`);
    case 'sourceIp': {
      const contains = compileCidrRanges([identifier.value], `${path}.source_ip`);
      return ({ socketConnection }) => contains(socketConnection.remoteAddress);
    }
    case 'directRemoteIp': {
      const contains = compileCidrRanges([identifier.value], `${path}.direct_remote_ip`);
      return ({ connection }) => contains(connection.directRemoteAddress);
    }
    case 'remoteIp': {
      const contains = compileCidrRanges([identifier.value], `${path}.remote_ip`);
      return ({ connection }) => contains(connection.remoteAddress);
    }
    case 'header': {
      const [matches] = compileHeaderMatchers([identifier.value], `${path}.header`);
      return matches!;
    }
    case 'urlPath':
      return compilePathMatcher(identifier.value, `${path}.url_path`);
    case 'metadata': {
      const matches = compileMetadataMatcher(identifier.value, `${path}.metadata`);
      return (info) => matches(info.metadataSet);
    }
    default:
      throw new ConfigError(path, 'this kind of principal is not supported');
  }
}

/** Any of the names of the client's certificate; no name in the rule means any client with TLS. */
function compileAuthenticated(config: Principal_Authenticated, path: string): RbacPredicate {
  if (config.principalName === undefined) return ({ connection }) => connection.tls !== undefined;
  const matches = compileStringMatcher(config.principalName, `${path}.principal_name`);
  return ({ connection: { tls } }) => tls !== undefined && peerNames(tls).some(matches);
}
