import { TrysailError } from '../base/errors.js';

/** A client that cannot be made; failed calls are ApiErrors. */
export class ClientError extends TrysailError {
  declare readonly code: 'INVALID_KUBECONFIG';
}
