import type { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { authoritiesOf, CA_SUFFIX, keyPairOf, type Secrets, secretResource } from '../model/gateway-secrets.js';
import type { ServerTlsModel } from '../model/types.js';
import type { Init } from './resource.js';

type SecretInit = Init<typeof SecretSchema> & { name: string };

/** The Secrets of a server as its proxy asks for them. */
export function secretMessages(secrets: Secrets, tls: ServerTlsModel, namespace: string): SecretInit[] {
  return tls.secrets.flatMap((name) => {
    const ref = { name, namespace };
    const resource = secretResource(ref);
    const pair = keyPairOf(secrets, ref);
    const authorities = tls.mode === 'SIMPLE' ? undefined : authoritiesOf(secrets, ref);
    const messages: SecretInit[] = [];
    if (pair) {
      const value = { certificateChain: bytes(pair.certificate), privateKey: bytes(pair.key) };
      messages.push({ name: resource, type: { case: 'tlsCertificate', value } });
    }
    if (authorities) {
      const { ca, crl } = authorities;
      const value = { trustedCa: bytes(ca), ...(crl ? { crl: bytes(crl) } : {}) };
      messages.push({ name: `${resource}${CA_SUFFIX}`, type: { case: 'validationContext', value } });
    }
    return messages;
  });
}

function bytes(value: Buffer) {
  return { specifier: { case: 'inlineBytes' as const, value: new Uint8Array(value) } };
}
