import type { ValueType } from '../expr/index.js';

/**
 * What of Mixer's configuration a proxy or a policy server is to do: plain data that survives JSON. Names of handlers and
 * instances are whole, `name.kind.namespace`; durations are milliseconds; defaults are filled in; expressions are texts.
 */
export interface PolicyConfig {
  /** Attributes that attributemanifests add to Istio's. */
  readonly attributes: Readonly<Record<string, ValueType>>;
  /** Its rules hold for every destination. */
  readonly rootNamespace: string;
  /** In the order in which they are tried: those of the root namespace, then by namespace and name. */
  readonly rules: readonly RuleConfig[];
  readonly handlers: Readonly<Record<string, HandlerConfig>>;
  readonly instances: Readonly<Record<string, InstanceConfig>>;
  /** What requests are charged. A service that none names is charged 1 of the quota {@link DEFAULT_QUOTA}. */
  readonly quotaSpecs: readonly QuotaSpecConfig[];
}

export const EMPTY_POLICY: PolicyConfig = {
  attributes: {},
  rootNamespace: 'istio-system',
  rules: [],
  handlers: {},
  instances: {},
  quotaSpecs: [],
};

/** What Istio's proxies asked for before there were QuotaSpecs. */
export const DEFAULT_QUOTA = 'RequestCount';

export interface RuleConfig {
  readonly namespace: string;
  readonly name: string;
  /** Empty: always. */
  readonly match: string;
  /** From the label `istio-protocol`. */
  readonly protocol: 'http' | 'tcp';
  readonly actions: readonly ActionConfig[];
}

export interface ActionConfig {
  readonly handler: string;
  readonly instances: readonly string[];
}

export type HandlerConfig =
  | { readonly adapter: 'denier'; readonly code: number; readonly message: string }
  | ListCheckerConfig
  | {
      readonly adapter: 'memquota';
      readonly minDeduplicationDuration_ms: number;
      readonly quotas: readonly QuotaLimit[];
    }
  | { readonly adapter: 'redisquota'; readonly redisServerUrl: string; readonly quotas: readonly QuotaLimit[] }
  | { readonly adapter: 'prometheus'; readonly metrics: readonly PrometheusMetric[] }
  | StdioConfig
  | { readonly adapter: 'fluentd'; readonly address: string }
  | { readonly adapter: 'kubernetesenv' }
  | { readonly adapter: 'noop' };

export type ListEntryType = 'STRINGS' | 'CASE_INSENSITIVE_STRINGS' | 'IP_ADDRESSES' | 'REGEX';

export interface ListCheckerConfig {
  readonly adapter: 'listchecker';
  /** Empty: the overrides are the list. */
  readonly providerUrl: string;
  readonly refreshInterval_ms: number;
  readonly ttl_ms: number;
  readonly overrides: readonly string[];
  readonly entryType: ListEntryType;
  readonly blacklist: boolean;
}

export interface QuotaLimit {
  /** The whole name of the quota instance. */
  readonly name: string;
  readonly maxAmount: number;
  /** 0: what is allocated stays so until it is given back (memquota alone). */
  readonly validDuration_ms: number;
  readonly algorithm: 'FIXED_WINDOW' | 'ROLLING_WINDOW';
  /** Of a rolling window in Redis. */
  readonly bucketDuration_ms: number;
  /** The first whose dimensions all agree holds. */
  readonly overrides: readonly QuotaOverride[];
}

export interface QuotaOverride {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly maxAmount: number;
  readonly validDuration_ms: number;
}

export interface PrometheusMetric {
  readonly name: string;
  readonly instanceName: string;
  readonly description: string;
  readonly kind: 'GAUGE' | 'COUNTER' | 'DISTRIBUTION';
  readonly labelNames: readonly string[];
  /** Upper bounds of a DISTRIBUTION's buckets, without +Inf. */
  readonly bounds: readonly number[];
}

export type LogLevel = 'INFO' | 'WARNING' | 'ERROR';

export interface StdioConfig {
  readonly adapter: 'stdio';
  readonly stream: 'STDOUT' | 'STDERR';
  readonly severityLevels: Readonly<Record<string, LogLevel>>;
  readonly metricLevel: LogLevel;
  readonly outputLevel: LogLevel;
  readonly outputAsJson: boolean;
}

/** Fields are expressions. */
export type InstanceConfig =
  | { readonly template: 'checknothing' }
  | { readonly template: 'reportnothing' }
  | { readonly template: 'listentry'; readonly value: string }
  | { readonly template: 'quota'; readonly dimensions: Readonly<Record<string, string>> }
  | { readonly template: 'metric'; readonly value: string; readonly dimensions: Readonly<Record<string, string>> }
  | {
      readonly template: 'logentry';
      readonly severity: string;
      /** Empty: the time of the report. */
      readonly timestamp: string;
      readonly variables: Readonly<Record<string, string>>;
    }
  | {
      readonly template: 'tracespan';
      readonly traceId: string;
      readonly spanId: string;
      readonly parentSpanId: string;
      readonly spanName: string;
      readonly startTime: string;
      readonly endTime: string;
      readonly spanTags: Readonly<Record<string, string>>;
    }
  | {
      readonly template: 'kubernetes';
      /** By field: source_uid, source_ip, destination_uid … */
      readonly inputs: Readonly<Record<string, string>>;
      /** By attribute: an expression that may also name `$out.…`. */
      readonly attributeBindings: Readonly<Record<string, string>>;
    };

export interface QuotaSpecConfig {
  /** `namespace/name` of the QuotaSpec. */
  readonly name: string;
  /** `namespace/name` of the QuotaSpecBindings that bind it. */
  readonly bindings: readonly string[];
  /** Hosts of the services that are bound to it. */
  readonly services: readonly string[];
  readonly rules: readonly QuotaRule[];
}

export interface QuotaRule {
  /** Any of them; none: every request. */
  readonly match: readonly Readonly<Record<string, StringMatch>>[];
  readonly quotas: readonly { readonly quota: string; readonly charge: number }[];
}

export type StringMatch = { readonly exact: string } | { readonly prefix: string } | { readonly regex: string };
