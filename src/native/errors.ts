import { TrysailError } from '../base/errors.js';

/**
 * A Linux call that failed, or a machine that lacks one. `code` is the kernel's name of the error (`EPERM`, `ENOENT` …) or one of
 * `UNSUPPORTED_SYSTEM`, `NATIVE_THREAD_LOST`.
 */
export class NativeError extends TrysailError {}
