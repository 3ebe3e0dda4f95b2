/** What the router's own configuration says. */
export interface RouterOptions {
  readonly suppressEnvoyHeaders: boolean;
  /** Each attempt has a span of its own. */
  readonly startChildSpan: boolean;
  /** The timeout that a proxy before this one expects is the request's. */
  readonly respectsExpectedTimeout: boolean;
}
