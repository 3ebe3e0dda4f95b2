import type { FieldErrors } from '../checks.js';
import type { ClientTls } from './types.js';

const FILES = ['clientCertificate', 'privateKey', 'caCertificates', 'caCrl'] as const;

export function checkClientTls(errors: FieldErrors, field: string, tls: ClientTls): void {
  const forbidden = (names: readonly (keyof ClientTls)[], why: string): void => {
    for (const name of names) {
      const value = tls[name];
      const isSet = Array.isArray(value) ? value.length > 0 : Boolean(value);
      if (isSet) errors.forbidden(`${field}.${name}`, `may not be set ${why}`);
    }
  };
  if (tls.insecureSkipVerify) {
    const checks = tls.mode === 'SIMPLE' ? (['caCertificates', 'credentialName', 'subjectAltNames'] as const) : [];
    forbidden(tls.mode === 'MUTUAL' ? ['caCertificates'] : checks, 'together with insecureSkipVerify');
  }
  if (tls.mode === 'ISTIO_MUTUAL') forbidden([...FILES, 'credentialName'], 'with the mode ISTIO_MUTUAL');
  if (tls.credentialName) {
    forbidden(FILES, 'together with credentialName');
  } else if (tls.mode === 'MUTUAL') {
    if (!tls.clientCertificate) errors.required(`${field}.clientCertificate`, 'a file, or credentialName');
    if (!tls.privateKey) errors.required(`${field}.privateKey`, 'a file, or credentialName');
  }
}
