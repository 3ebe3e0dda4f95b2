import type { RequestSpec } from './request.js';

/** What would become of a request at one proxy. Plain data, as `-o json` prints it. */
export interface Explanation {
  readonly request: RequestSpec;
  readonly proxy: ProxyInfo;
  /** Absent where no listener takes the connection. */
  readonly listener?: string;
  readonly routeConfiguration?: string;
  /** Absent where no virtual host has the request's host. */
  readonly virtualHost?: string;
  /** The routes of the virtual host, in their order. */
  readonly routes: readonly RouteTrial[];
  /** Rules that were written for the host, and why this proxy does not even have them. */
  readonly elsewhere: readonly AbsentRule[];
  readonly outcome: Outcome;
}

export interface ProxyInfo {
  readonly kind: 'sidecar' | 'gateway';
  /** `namespace/pod` */
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Which field of which object something comes from. */
export interface Origin {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `spec.http[0].match[1]` */
  readonly field: string;
  /** `rules.yaml:12`, where the file is known. */
  readonly place?: string;
}

export interface RouteTrial {
  readonly name: string;
  /** Absent for a route that no rule asked for. */
  readonly origin?: Origin;
  /** `not tried`: an earlier one matched. */
  readonly result: 'matched' | 'lost' | 'not tried';
  readonly conditions: readonly ConditionTrial[];
}

export interface ConditionTrial {
  /** `header end-user is "jason"` */
  readonly text: string;
  readonly holds: boolean;
  /** What the request has instead; absent: nothing. */
  readonly actual?: string;
}

export interface AbsentRule {
  readonly origin: Origin;
  readonly reason: string;
}

export type Outcome = ForwardOutcome | RedirectOutcome | DirectOutcome | TcpOutcome | NoneOutcome;

export interface ForwardOutcome {
  readonly kind: 'forward';
  readonly destinations: readonly DestinationOutcome[];
  /** 0: none. */
  readonly timeout_ms: number;
  readonly retries?: { readonly attempts: number; readonly on: string; readonly perTryTimeout_ms: number };
  readonly mirrors: readonly { readonly cluster: string; readonly percent: number }[];
  /** As it is sent on, where a rewrite changes it. */
  readonly path?: string;
  readonly authority?: string;
  readonly requestHeaders: readonly HeaderChange[];
  readonly responseHeaders: readonly HeaderChange[];
  readonly fault?: FaultOutcome;
}

export interface HeaderChange {
  readonly name: string;
  readonly action: 'add' | 'set' | 'add if absent' | 'set if present' | 'remove';
  readonly value?: string;
}

export interface FaultOutcome {
  readonly delay?: { readonly percent: number; readonly delay_ms: number };
  readonly abort?: { readonly percent: number; readonly status: string };
}

export interface DestinationOutcome {
  /** `outbound|8080|v1|reviews.shop.svc.cluster.local` */
  readonly cluster: string;
  readonly host: string;
  readonly subset?: string;
  readonly port?: number;
  /** Of 100. */
  readonly percent: number;
  /** `round robin`, … */
  readonly loadBalancing: string;
  readonly tls?: string;
  /** Limits and ejection, as a person would say them. */
  readonly policies: readonly string[];
  /** Empty where addresses are only known when it is called; {@link note} says so. */
  readonly endpoints: readonly EndpointOutcome[];
  readonly note?: string;
  readonly requestHeaders: readonly HeaderChange[];
  readonly responseHeaders: readonly HeaderChange[];
  /** What Mixer's rules at the destination say; absent where none hold there. */
  readonly policy?: PolicyOutcome;
}

export interface PolicyOutcome {
  readonly rules: readonly PolicyTrial[];
  /** Absent: the request passes, but for quotas. */
  readonly answer?: { readonly status: number; readonly body: string };
}

export interface PolicyTrial {
  readonly origin: Origin;
  readonly outcome: 'applies' | 'does not match' | 'fails' | 'is for another protocol';
  /** Why its match failed. */
  readonly why?: string;
  readonly verdicts: readonly string[];
  readonly charges: readonly { readonly instance: string; readonly amount: number }[];
}

export interface EndpointOutcome {
  /** `10.244.0.7:8080` */
  readonly address: string;
  /** `namespace/pod`, where it is one. */
  readonly workload?: string;
  readonly health: 'healthy' | 'unhealthy' | 'draining' | 'degraded';
  readonly priority: number;
  readonly locality?: string;
}

export interface RedirectOutcome {
  readonly kind: 'redirect';
  readonly status: number;
  readonly location: string;
}

export interface DirectOutcome {
  readonly kind: 'direct';
  readonly status: number;
  readonly body: string;
}

/** The connection is carried as bytes: nothing of HTTP is looked at. */
export interface TcpOutcome {
  readonly kind: 'tcp';
  readonly destinations: readonly DestinationOutcome[];
}

/** The proxy itself refuses it. */
export interface NoneOutcome {
  readonly kind: 'none';
  readonly status?: number;
  /** Envoy's response flag: `NR`, … */
  readonly flag?: string;
  readonly reason: string;
}
