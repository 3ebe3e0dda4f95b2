import type { TlsCounter } from './tls-stats.js';

/** Why a handshake failed. */
export interface TlsFault {
  /** What counts it. */
  readonly stat: TlsCounter;
  /** What is wrong with the peer's certificate, in Envoy's words. */
  readonly text: string;
}

/** BoringSSL's number of a verification that failed, of its SSL routines. */
const CERTIFICATE_VERIFY_FAILED = 268_435_581;

/** `%UPSTREAM_TRANSPORT_FAILURE_REASON%` for a certificate that was refused. */
export function describeFault(fault: TlsFault): string {
  return reason(CERTIFICATE_VERIFY_FAILED, `CERTIFICATE_VERIFY_FAILED:${fault.text}`);
}

/** Numbers of BoringSSL's reasons, by what OpenSSL calls the same. An alert is 1000 more than its code (RFC 8446 §6). */
const REASONS: Readonly<Record<string, readonly [number, string]>> = {
  WRONG_VERSION_NUMBER: [247, 'WRONG_VERSION_NUMBER'],
  HTTP_REQUEST: [155, 'HTTP_REQUEST'],
  UNSUPPORTED_PROTOCOL: [240, 'UNSUPPORTED_PROTOCOL'],
  NO_SHARED_CIPHER: [184, 'NO_SHARED_CIPHER'],
  PEER_DID_NOT_RETURN_A_CERTIFICATE: [192, 'PEER_DID_NOT_RETURN_A_CERTIFICATE'],
  UNKNOWN_CA: [1048, 'TLSV1_ALERT_UNKNOWN_CA'],
};

/** BoringSSL: library 16 in the topmost bits. */
const SSL_LIBRARY = 16 << 24;

/** The same for an error of OpenSSL in the handshake: in BoringSSL's form, as near as the names of the two agree. */
export function describeHandshakeError(error: Error): string {
  const code = ((error as { code?: string }).code ?? '').replace(/^ERR_SSL_/, '');
  const known = REASONS[code];
  if (known !== undefined) return reason(SSL_LIBRARY + known[0], known[1]);
  const alert = /SSL alert number (\d+)/.exec(error.message)?.[1];
  if (alert !== undefined) return reason(SSL_LIBRARY + 1000 + Number(alert), code.replace('SSL/TLS', 'SSLV3'));
  return code === '' || code.startsWith('E') ? '' : reason(SSL_LIBRARY, code);
}

function reason(number: number, text: string): string {
  return `TLS_error:|${number}:SSL_routines:OPENSSL_internal:${text.replaceAll(' ', '_')}:TLS_error_end`;
}
