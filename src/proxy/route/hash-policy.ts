import type {
  RouteAction_HashPolicy,
  RouteAction_HashPolicy_Cookie,
  RouteAction_HashPolicy_Header,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { ConfigError } from '../errors.js';
import { xxHash64Bytes } from '../hash/xxhash64.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { headerValue, type RequestHeaders } from '../matching/header-matcher.js';
import { compileSubstitution } from '../matching/regex.js';
import { formatAddress } from '../network.js';
import { cookieValue, setCookie } from './cookies.js';
import { queryValue } from './route-match.js';

/** What hash policies can ask a request. */
export interface HashedRequest extends RequestHeaders {
  readonly connection: ConnectionInfo;
}

/**
 * The hash of a request for consistent hashing; undefined when nothing of it is to be hashed.
 * @param addCookie takes the value of a `set-cookie` field for the answer, when a policy made a cookie
 */
export type HashPolicy = (request: HashedRequest, addCookie: (line: string) => void) => bigint | undefined;

const U64_MAX = 0xffffffffffffffffn;

/** @returns undefined when there is no policy @throws ConfigError */
export function compileHashPolicies(policies: readonly RouteAction_HashPolicy[], path: string): HashPolicy | undefined {
  const steps = policies.map((policy, i) => ({
    hash: compileHashPolicy(policy, `${path}[${i}]`),
    terminal: policy.terminal,
  }));
  if (steps.length === 0) return undefined;
  return (request, addCookie) => {
    let sum: bigint | undefined;
    for (const { hash, terminal } of steps) {
      const value = hash(request, addCookie);
      // rotated, so that two policies of the same value don't cancel each other out
      if (value !== undefined) sum = sum === undefined ? value : rotate(sum) ^ value;
      if (terminal && sum !== undefined) break;
    }
    return sum;
  };
}

/** xxHash of a value as it came from the wire: latin1. */
export function hashOf(value: string, seed = 0n): bigint {
  return xxHash64Bytes(Buffer.from(value, 'latin1'), seed);
}

function rotate(hash: bigint): bigint {
  return ((hash << 1n) & U64_MAX) | (hash >> 63n);
}

function compileHashPolicy(policy: RouteAction_HashPolicy, path: string): HashPolicy {
  const specifier = policy.policySpecifier;
  switch (specifier.case) {
    case 'header':
      return compileHeader(specifier.value, `${path}.header`);
    case 'cookie':
      return compileCookie(specifier.value);
    case 'connectionProperties': {
      const { sourceIp } = specifier.value;
      return ({ connection }) =>
        sourceIp && connection.remoteAddress !== '' ? hashOf(connection.remoteAddress) : undefined;
    }
    case 'queryParameter': {
      const { name } = specifier.value;
      return (request) => {
        const value = queryValue(request.path, name);
        return value === undefined ? undefined : hashOf(value);
      };
    }
    default:
      throw new ConfigError(path, 'needs header, cookie, connection_properties or query_parameter');
  }
}

function compileHeader(header: RouteAction_HashPolicy_Header, path: string): HashPolicy {
  const name = header.headerName.toLowerCase();
  const rewrite =
    header.regexRewrite === undefined ? undefined : compileSubstitution(header.regexRewrite, `${path}.regex_rewrite`);
  return (request) => {
    const values = valuesOf(request, name);
    if (values.length === 0) return undefined;
    // sorted, so that the order of several fields makes no difference
    const texts = rewrite === undefined ? values.sort() : values.map(rewrite).sort();
    return texts.reduce((seed, text) => hashOf(text, seed), 0n);
  };
}

function valuesOf(request: HashedRequest, name: string): string[] {
  if (name.startsWith(':') || name === 'host') {
    const value = headerValue(request, name);
    return value === undefined ? [] : [value];
  }
  const values: string[] = [];
  request.headers.some(name, (value) => {
    values.push(value);
    return false;
  });
  return values;
}

function compileCookie(cookie: RouteAction_HashPolicy_Cookie): HashPolicy {
  const { name, ttl } = cookie;
  const maxAge_s = ttl === undefined ? undefined : Number(ttl.seconds);
  return (request, addCookie) => {
    const found = cookieValue(request.headers, name);
    if (found !== '') return hashOf(found);
    if (maxAge_s === undefined) return undefined;
    const { remoteAddress, remotePort, localAddress, localPort } = request.connection;
    // the same for all requests of one connection, so that those that race get one cookie
    const made = hashOf(formatAddress(remoteAddress, remotePort) + formatAddress(localAddress, localPort));
    const value = made.toString(16).padStart(16, '0');
    addCookie(setCookie(name, value, maxAge_s, cookie.path, cookie.attributes));
    return hashOf(value);
  };
}
