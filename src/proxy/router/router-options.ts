/** What the router's own configuration says. */
export interface RouterOptions {
  readonly suppressEnvoyHeaders: boolean;
}
