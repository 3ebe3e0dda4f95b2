import type { RequestSpec } from '../request.js';

/** One test of a configuration: requests that are all expected to fare alike. */
export interface ConfigTest {
  readonly name: string;
  /** `routing-test.yaml:12` */
  readonly place: string;
  /** As `trysail explain --from`. */
  readonly from: string;
  /** Where short names in the test are looked up. */
  readonly namespace: string;
  readonly requests: readonly RequestSpec[];
  readonly expect: Expectation;
  /** True: what is expected must not happen. */
  readonly not: boolean;
}

/** What is not mentioned may be anything. `'none'`: there must be none. */
export interface Expectation {
  /** `VirtualService/reviews`, or with the namespace in the middle; `none`: no rule. */
  readonly rule?: string;
  readonly route?: readonly ExpectedDestination[];
  readonly path?: string;
  readonly authority?: string;
  /** `10s` */
  readonly timeout?: string;
  readonly retries?: 'none' | { readonly attempts?: number; readonly on?: string; readonly perTryTimeout?: string };
  readonly fault?: 'none' | ExpectedFault;
  readonly mirror?: 'none' | readonly ExpectedMirror[];
  readonly redirect?: 'none' | { readonly status?: number; readonly location?: string };
  /** An answer by the proxy itself. */
  readonly response?: 'none' | { readonly status?: number; readonly body?: string };
  /** What Mixer's rules say at every destination. */
  readonly verdict?: 'allow' | { readonly status?: number; readonly body?: string };
  /** Header -> its value as it is sent on; null: it is taken away. */
  readonly requestHeaders?: Readonly<Record<string, string | null>>;
  readonly responseHeaders?: Readonly<Record<string, string | null>>;
  /** Parts of the winning rule's own text, as a VirtualService writes them: what istio-config-validator compares. */
  readonly written?: Readonly<Record<string, unknown>>;
}

export interface ExpectedDestination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: number;
  readonly weight?: number;
}

export interface ExpectedMirror {
  readonly host: string;
  readonly subset?: string;
  readonly percent?: number;
}

export interface ExpectedFault {
  readonly delay?: { readonly percent?: number; readonly fixedDelay?: string };
  readonly abort?: { readonly percent?: number; readonly httpStatus?: number };
}

export interface TestResult {
  readonly test: ConfigTest;
  /** Empty: passed. Each names the request where there are several. */
  readonly failures: readonly string[];
  readonly duration_ms: number;
}

/** A route that a rule asks for, and whether some test reached it. */
export interface RouteCoverage {
  /** `VirtualService shop/reviews spec.http[1]  rules.yaml:20` */
  readonly route: string;
  readonly covered: boolean;
}

export interface TestReport {
  readonly results: readonly TestResult[];
  readonly coverage: readonly RouteCoverage[];
}
