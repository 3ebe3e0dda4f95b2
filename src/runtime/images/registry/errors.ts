/** Codes of the OCI distribution specification v1.1, "Error Codes". */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
} as const;

export type RegistryErrorCode = keyof typeof STATUS;

/** What the registry answers instead of what was asked for. */
export class RegistryError extends Error {
  readonly status: number;

  constructor(
    readonly code: RegistryErrorCode,
    message: string,
    readonly extra: {
      readonly status?: number;
      readonly detail?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = extra.status ?? STATUS[code];
  }

  body(): string {
    const { detail } = this.extra;
    const error = { code: this.code, message: this.message, ...(detail === undefined ? {} : { detail }) };
    return JSON.stringify({ errors: [error] });
  }
}
