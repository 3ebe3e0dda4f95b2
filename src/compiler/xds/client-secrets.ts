import type { ClientTls } from '../../resources/istio/destinationrule/types.js';
import type { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { authoritiesOf, CA_SUFFIX, keyPairOf, type Secrets, secretResource } from '../model/gateway-secrets.js';
import type { Init } from './resource.js';

type SecretInit = Init<typeof SecretSchema> & { name: string };

/** What a credentialName stands for, as the proxies of a namespace ask for it. What is not there they wait for. */
export function clientSecrets(secrets: Secrets, tls: ClientTls, namespace: string): SecretInit[] {
  if (!tls.credentialName) return [];
  const ref = { name: tls.credentialName, namespace };
  const pair = tls.mode === 'MUTUAL' ? keyPairOf(secrets, ref) : undefined;
  const authorities = tls.insecureSkipVerify ? undefined : authoritiesOf(secrets, ref);
  const messages: SecretInit[] = [];
  if (pair) {
    const value = { certificateChain: bytes(pair.certificate), privateKey: bytes(pair.key) };
    messages.push({ name: secretResource(ref), type: { case: 'tlsCertificate', value } });
  }
  if (authorities) {
    const { ca, crl } = authorities;
    const value = { trustedCa: bytes(ca), ...(crl ? { crl: bytes(crl) } : {}) };
    messages.push({ name: `${secretResource(ref)}${CA_SUFFIX}`, type: { case: 'validationContext', value } });
  }
  return messages;
}

function bytes(value: Buffer) {
  return { specifier: { case: 'inlineBytes' as const, value: new Uint8Array(value) } };
}
