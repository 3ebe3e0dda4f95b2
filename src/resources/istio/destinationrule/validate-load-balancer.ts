import { type FieldErrors, keyed } from '../checks.js';
import type { ConsistentHash, LoadBalancer, LocalityLbSetting, Warmup } from './load-balancer-types.js';

const PERCENT_MAX = 100;
/** Envoy's: entries in the table of maglev. */
const TABLE_SIZE_MAX = 5_000_011;
/** Envoy's: entries in a ring. */
const RING_SIZE_MAX = 8_388_608;
const HASH_KEYS = ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'] as const;
const TOPOLOGY_LABELS: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
]);

export function checkLoadBalancer(errors: FieldErrors, field: string, balancer: LoadBalancer): void {
  const { simple, consistentHash, localityLbSetting, warmup } = balancer;
  if (simple !== undefined && consistentHash) {
    errors.forbidden(`${field}.consistentHash`, 'may not be set together with simple');
  }
  if (consistentHash) checkConsistentHash(errors, `${field}.consistentHash`, consistentHash);
  if (localityLbSetting) checkLocality(errors, `${field}.localityLbSetting`, localityLbSetting);
  errors.duration(`${field}.warmupDurationSecs`, balancer.warmupDurationSecs);
  if (warmup) checkWarmup(errors, `${field}.warmup`, warmup);
}

function checkConsistentHash(errors: FieldErrors, field: string, hash: ConsistentHash): void {
  const keys = HASH_KEYS.filter((key) => hash[key] !== undefined);
  if (keys.length > 1) errors.invalid(field, hash, `must have only one of ${HASH_KEYS.join(', ')}`);
  if (hash.httpHeaderName !== undefined) errors.headerName(`${field}.httpHeaderName`, hash.httpHeaderName);
  if (hash.httpCookie) checkCookie(errors, `${field}.httpCookie`, hash.httpCookie);
  errors.range(`${field}.minimumRingSize`, hash.minimumRingSize, 0, RING_SIZE_MAX);
  errors.range(`${field}.ringHash.minimumRingSize`, hash.ringHash?.minimumRingSize, 0, RING_SIZE_MAX);
  if (hash.minimumRingSize && (hash.ringHash || hash.maglev)) {
    errors.forbidden(`${field}.minimumRingSize`, 'may not be set together with ringHash or maglev');
  }
  if (hash.ringHash && hash.maglev) errors.forbidden(`${field}.maglev`, 'may not be set together with ringHash');
  if (hash.maglev) checkTableSize(errors, `${field}.maglev.tableSize`, hash.maglev.tableSize);
}

function checkCookie(errors: FieldErrors, field: string, cookie: NonNullable<ConsistentHash['httpCookie']>): void {
  if (!cookie.name) errors.required(`${field}.name`, 'the name of the cookie');
  errors.duration(`${field}.ttl`, cookie.ttl, true);
  const seen = new Set<string>();
  (cookie.attributes ?? []).forEach(({ name }, index) => {
    const at = `${field}.attributes[${index}].name`;
    if (!name) errors.required(at, 'the name of an attribute, for example SameSite');
    else if (seen.has(name)) errors.duplicate(at, name);
    seen.add(name);
  });
}

function checkTableSize(errors: FieldErrors, field: string, size: number | undefined): void {
  if (!size) errors.required(field, 'a prime number, for example 65537');
  else if (size >= TABLE_SIZE_MAX) errors.invalid(field, size, `must be less than ${TABLE_SIZE_MAX}`);
  else if (!isPrime(size)) errors.invalid(field, size, 'must be a prime number');
}

function isPrime(value: number): boolean {
  if (value < 4) return value > 1;
  for (let factor = 2; factor * factor <= value; factor++) if (value % factor === 0) return false;
  return true;
}

function checkWarmup(errors: FieldErrors, field: string, warmup: Warmup): void {
  if (warmup.duration === undefined) errors.required(`${field}.duration`, 'how long an endpoint warms up, such as 30s');
  errors.duration(`${field}.duration`, warmup.duration);
  errors.range(`${field}.minimumPercent`, warmup.minimumPercent, 0, PERCENT_MAX);
  if (warmup.aggression !== undefined && warmup.aggression <= 0) {
    errors.invalid(`${field}.aggression`, warmup.aggression, 'must be greater than 0');
  }
}

function checkLocality(errors: FieldErrors, field: string, setting: LocalityLbSetting): void {
  const { distribute = [], failover = [], failoverPriority = [] } = setting;
  if (distribute.length > 0 && failover.length > 0) {
    errors.forbidden(`${field}.failover`, 'may not be set together with distribute');
  }
  failoverPriority.forEach((label, index) => {
    if (failover.length > 0 && TOPOLOGY_LABELS.has(label)) {
      errors.invalid(
        `${field}.failoverPriority[${index}]`,
        label,
        'may not be a topology label together with failover',
      );
    }
  });
  const from = distribute.map((one) => one.from ?? '');
  from.forEach((locality, index) => {
    checkLocalityName(errors, `${field}.distribute[${index}].from`, locality, from.slice(0, index));
  });
  distribute.forEach(({ to = {} }, index) => {
    checkWeights(errors, `${field}.distribute[${index}].to`, to);
  });
  failover.forEach((one, index) => {
    checkFailover(errors, `${field}.failover[${index}]`, one);
  });
}

function checkWeights(errors: FieldErrors, field: string, to: Readonly<Record<string, number>>): void {
  const localities = Object.keys(to);
  localities.forEach((locality, index) => {
    checkLocalityName(errors, keyed(field, locality), locality, localities.slice(0, index));
    errors.range(keyed(field, locality), to[locality], 1, PERCENT_MAX);
  });
  const sum = Object.values(to).reduce((total, weight) => total + weight, 0);
  if (sum !== PERCENT_MAX) errors.invalid(field, to, `the weights must add up to ${PERCENT_MAX}, not ${sum}`);
}

/** `region/zone/subzone`; `*` stands for all from there on. */
function checkLocalityName(errors: FieldErrors, field: string, locality: string, others: readonly string[]): void {
  const parts = locality.split('/');
  const star = parts.findIndex((part) => part.includes('*'));
  if (locality === '' || parts.length > 3 || parts.includes('')) {
    errors.invalid(field, locality, 'must be region, region/zone or region/zone/subzone');
  } else if (star !== -1 && (parts[star] !== '*' || star !== parts.length - 1)) {
    errors.invalid(field, locality, "'*' may stand only for the whole last part");
  } else if (others.some((other) => covers(other, locality) || covers(locality, other))) {
    errors.invalid(field, locality, 'overlaps with another locality of the list');
  }
}

function covers(wide: string, narrow: string): boolean {
  const prefix = wide.replace(/\/?\*$/, '');
  return prefix === '' || narrow === prefix || narrow.startsWith(`${prefix}/`);
}

function checkFailover(
  errors: FieldErrors,
  field: string,
  { from = '', to = '' }: { from?: string; to?: string },
): void {
  for (const [name, region] of Object.entries({ from, to })) {
    if (region === '') errors.required(`${field}.${name}`, 'a region');
    else if (/[/*]/.test(region))
      errors.invalid(`${field}.${name}`, region, "must be a region alone, without '/' and '*'");
  }
  if (from !== '' && from === to) errors.invalid(`${field}.to`, to, 'must be another region than from');
}
