import { TrysailError } from '../base/errors.js';

/** Anything that the proxy refuses. */
export class ProxyError extends TrysailError {}

/** A message that cannot be used; the text is what the control plane gets as NACK, and names the field. */
export class ConfigError extends ProxyError {
  /** @param path of the field, for example `filter_chains[0].filters[0].typed_config.route_config` */
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super('INVALID_CONFIG', path === '' ? problem : `${path}: ${problem}`);
  }
}
