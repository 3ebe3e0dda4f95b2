import { TrysailError } from '../base/errors.js';

/** Bytes from a peer that break their protocol. `code` is stable; `status` is the HTTP answer that the peer is owed. */
export class WireError extends TrysailError {
  constructor(
    code: string,
    message: string,
    readonly status = 400,
  ) {
    super(code, message);
  }
}
