import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf } from '../../base/errors.js';
import type { TlsCertificate } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import { readDataSource } from '../config/data-source.js';
import { ConfigError } from '../errors.js';
import { CertificateDetails } from './certificate-details.js';

/** A certificate with its chain and key, checked. */
export interface CertificateChain {
  /** PEM, leaf first. */
  readonly cert: string;
  /** PEM, not encrypted. */
  readonly key: string;
  /** The leaf first. */
  readonly chain: readonly CertificateDetails[];
  readonly keyType: 'rsa' | 'ec';
  /** Names that clients may ask for, in lower case: DNS names of the leaf, or its common name where it has none. */
  readonly names: readonly string[];
  /** The file of the chain, '' when it came inline. */
  readonly file: string;
}

/** @throws ConfigError when something is missing, is no PEM, or does not belong together */
export function loadCertificateChain(config: TlsCertificate, path: string): CertificateChain {
  const cert = readDataSource(config.certificateChain, `${path}.certificate_chain`).toString('latin1');
  const key = loadKey(config, path);
  const chain = parseCertificates(cert, `${path}.certificate_chain`);
  const leaf = chain[0]!;
  if (!leaf.x509.checkPrivateKey(key))
    throw new ConfigError(`${path}.private_key`, 'the key does not belong to the certificate');
  const { asymmetricKeyType } = key;
  if (asymmetricKeyType !== 'rsa' && asymmetricKeyType !== 'ec')
    throw new ConfigError(
      `${path}.private_key`,
      `keys of type ${asymmetricKeyType} are not supported: only RSA and EC`,
    );
  const source = config.certificateChain?.specifier;
  return {
    cert,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    chain,
    keyType: asymmetricKeyType,
    names: serverNames(leaf),
    file: source?.case === 'filename' ? source.value : '',
  };
}

function loadKey(config: TlsCertificate, path: string): KeyObject {
  const pem = readDataSource(config.privateKey, `${path}.private_key`);
  const passphrase =
    config.password === undefined
      ? undefined
      : readDataSource(config.password, `${path}.password`).toString().trimEnd();
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    throw new ConfigError(`${path}.private_key`, `cannot be read: ${messageOf(error)}`);
  }
}

const PEM_BLOCK = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** The certificates of a PEM text. @throws ConfigError when there is none, or one cannot be read */
export function parseCertificates(pem: string, path: string): readonly CertificateDetails[] {
  const blocks = pem.match(PEM_BLOCK);
  if (blocks === null) throw new ConfigError(path, 'no PEM certificate in it');
  try {
    return blocks.map((block) => new CertificateDetails(new X509Certificate(block)));
  } catch (error) {
    throw new ConfigError(path, `cannot be read: ${messageOf(error)}`);
  }
}

function serverNames(leaf: CertificateDetails): readonly string[] {
  const { dns } = leaf.altNames;
  if (dns.length > 0) return dns.map((name) => name.toLowerCase());
  const common = /^CN=(.*)$/m.exec(leaf.x509.subject)?.[1];
  return common === undefined ? [] : [common.toLowerCase()];
}
