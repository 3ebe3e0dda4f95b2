import type { FieldErrors } from '../checks.js';
import type { Server, ServerTls } from './types.js';

const TLS_PROTOCOLS: readonly string[] = ['HTTPS', 'TLS'];
const HTTP_PROTOCOLS: readonly string[] = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'];
const CLIENT_CERTIFICATE_MODES: readonly string[] = ['MUTUAL', 'OPTIONAL_MUTUAL'];
/** A Secret of the gateway's own namespace: nothing that leads elsewhere. */
const SECRET_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** TLS settings are for HTTPS and TLS; plain HTTP may only redirect. */
export function checkServerTls(errors: FieldErrors, field: string, { port, tls }: Server): void {
  const protocol = port?.protocol?.toUpperCase() ?? '';
  if (TLS_PROTOCOLS.includes(protocol)) {
    if (tls === undefined) errors.required(field, `a server of protocol ${protocol} needs TLS settings`);
    else checkSettings(errors, field, tls);
    return;
  }
  if (tls === undefined) return;
  if (!HTTP_PROTOCOLS.includes(protocol)) {
    errors.forbidden(field, 'TLS settings are for servers of protocol HTTPS or TLS');
  } else if ((tls.mode ?? 'PASSTHROUGH') !== 'PASSTHROUGH' || hasCertificate(tls)) {
    errors.forbidden(field, 'a server of plain HTTP may set httpsRedirect alone; for TLS its protocol is HTTPS');
  }
}

function hasCertificate(tls: ServerTls): boolean {
  return sourcesOf(tls).length > 0 || Boolean(tls.caCertificates);
}

function sourcesOf(tls: ServerTls): string[] {
  return [
    ...(tls.serverCertificate || tls.privateKey ? ['serverCertificate and privateKey'] : []),
    ...(tls.credentialName ? ['credentialName'] : []),
    ...(tls.credentialNames?.length ? ['credentialNames'] : []),
    ...(tls.tlsCertificates?.length ? ['tlsCertificates'] : []),
  ];
}

function checkSettings(errors: FieldErrors, field: string, tls: ServerTls): void {
  const { mode = 'PASSTHROUGH' } = tls;
  if (mode !== 'SIMPLE' && !CLIENT_CERTIFICATE_MODES.includes(mode)) return;
  const sources = sourcesOf(tls);
  if (sources.length === 0) {
    errors.required(`${field}.credentialName`, `mode ${mode} needs a certificate: a Secret's name, or files`);
  }
  if (sources.length > 1) errors.invalid(field, sources, 'the certificate must come from one of these alone');
  checkFiles(errors, field, tls);
  checkCredentials(errors, field, tls);
  if (CLIENT_CERTIFICATE_MODES.includes(mode) && !usesSecrets(tls) && !tls.caCertificates) {
    errors.required(`${field}.caCertificates`, `mode ${mode} needs the authorities of clients' certificates`);
  }
  if (tls.caCrl && (mode === 'SIMPLE' || usesSecrets(tls))) {
    errors.forbidden(
      `${field}.caCrl`,
      mode === 'SIMPLE' ? 'mode SIMPLE asks clients for nothing' : 'it belongs into the Secret',
    );
  }
}

function usesSecrets({ credentialName, credentialNames }: ServerTls): boolean {
  return Boolean(credentialName) || (credentialNames?.length ?? 0) > 0;
}

function checkFiles(errors: FieldErrors, field: string, tls: ServerTls): void {
  const pairs = [
    ...(tls.serverCertificate || tls.privateKey ? [{ at: field, pair: tls }] : []),
    ...(tls.tlsCertificates ?? []).map((pair, index) => ({ at: `${field}.tlsCertificates[${index}]`, pair })),
  ];
  for (const { at, pair } of pairs) {
    if (!pair.serverCertificate) errors.required(`${at}.serverCertificate`, 'the file of the certificate');
    if (!pair.privateKey) errors.required(`${at}.privateKey`, 'the file of its key');
  }
}

function checkCredentials(errors: FieldErrors, field: string, { credentialName, credentialNames }: ServerTls): void {
  const names = [
    ...(credentialName ? [{ at: `${field}.credentialName`, name: credentialName }] : []),
    ...(credentialNames ?? []).map((name, index) => ({ at: `${field}.credentialNames[${index}]`, name })),
  ];
  for (const { at, name } of names) {
    if (!SECRET_NAME.test(name))
      errors.invalid(at, name, "must be the name of a Secret in the namespace of the gateway's pods");
  }
}
