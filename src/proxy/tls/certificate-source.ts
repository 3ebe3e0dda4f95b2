import type { CommonTlsContext } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { SecretManager } from '../config/secret-manager.js';
import { type CertificateChain, loadCertificateChain } from './certificate-chain.js';
import type { SecretReader } from './secret-reader.js';

/** Our own certificates, from the configuration and from secrets. @throws ConfigError */
export function compileCertificateSource(
  common: CommonTlsContext | undefined,
  secrets: SecretManager,
  path: string,
): SecretReader<readonly CertificateChain[]> {
  const inline = (common?.tlsCertificates ?? []).map((config, i) =>
    loadCertificateChain(config, `${path}.tls_certificates[${i}]`),
  );
  const slots = (common?.tlsCertificateSdsSecretConfigs ?? []).map((config, i) =>
    secrets.find(config, `${path}.tls_certificate_sds_secret_configs[${i}]`),
  );
  return {
    slots,
    read() {
      const all = [...inline];
      for (const { current } of slots) {
        if (current?.kind !== 'certificate') return undefined;
        all.push(current.certificate);
      }
      return all;
    },
  };
}
