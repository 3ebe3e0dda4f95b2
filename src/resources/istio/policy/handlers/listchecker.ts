import { isIPv4, isIPv6 } from 'node:net';
import { parseDuration } from '../../../../expr/index.js';
import type { FieldErrors } from '../../checks.js';
import { boolean, duration, int32, oneOf, string, stringList } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export const LIST_ENTRY_TYPES = ['STRINGS', 'CASE_INSENSITIVE_STRINGS', 'IP_ADDRESSES', 'REGEX'] as const;
export const REFRESH_INTERVAL = '60s';
export const LIST_TTL = '300s';
const REFRESH_INTERVAL_MIN_MS = 1_000;

export interface ListCheckerSpec {
  providerUrl?: string;
  refreshInterval?: string;
  ttl?: string;
  cachingInterval?: string;
  cachingUseCount?: number;
  overrides?: string[];
  entryType?: (typeof LIST_ENTRY_TYPES)[number];
  blacklist?: boolean;
}

export const listChecker = policyKind<ListCheckerSpec>({
  kind: 'listchecker',
  plural: 'listcheckers',
  description: 'listchecker (Istio 0.7): refuses what is not in a list, or what is',
  spec: message({
    providerUrl: string,
    refreshInterval: duration,
    ttl: duration,
    cachingInterval: duration,
    cachingUseCount: int32,
    overrides: stringList,
    entryType: oneOf(...LIST_ENTRY_TYPES),
    blacklist: boolean,
  }),
  validate: (errors, spec) => {
    checkProvider(errors, spec);
    errors.duration('spec.cachingInterval', spec.cachingInterval, true);
    errors.atLeast('spec.cachingUseCount', spec.cachingUseCount, 0);
    spec.overrides?.forEach((entry, index) => {
      const field = `spec.overrides[${index}]`;
      if (spec.entryType === 'REGEX') errors.regex(field, entry);
      if (spec.entryType === 'IP_ADDRESSES' && !isAddressRange(entry)) {
        errors.invalid(field, entry, 'must be an IP address or a range, for example 10.0.0.0/8');
      }
    });
  },
});

function checkProvider(errors: FieldErrors, { providerUrl, refreshInterval, ttl }: ListCheckerSpec): void {
  errors.duration('spec.refreshInterval', refreshInterval);
  errors.duration('spec.ttl', ttl);
  if (providerUrl === undefined || providerUrl === '') return;
  if (!URL.canParse(providerUrl) || !/^https?:\/\/./i.test(providerUrl)) {
    errors.invalid('spec.providerUrl', providerUrl, 'must be a URL with http or https and a host');
  }
  const refresh_ms = parseDuration(refreshInterval ?? REFRESH_INTERVAL);
  const ttl_ms = parseDuration(ttl ?? LIST_TTL);
  if (refresh_ms !== undefined && refresh_ms < REFRESH_INTERVAL_MIN_MS) {
    errors.invalid('spec.refreshInterval', refreshInterval, 'refresh interval must be at least 1 second');
  }
  if (refresh_ms !== undefined && ttl_ms !== undefined && ttl_ms < refresh_ms) {
    errors.invalid(
      'spec.ttl',
      ttl ?? LIST_TTL,
      `must be at least spec.refreshInterval, ${refreshInterval ?? REFRESH_INTERVAL}`,
    );
  }
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return most > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}
