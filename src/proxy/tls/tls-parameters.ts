import { getCiphers, type SecureContextOptions, type SecureVersion } from 'node:tls';
import {
  TlsParameters_TlsProtocol as Protocol,
  type TlsParameters,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import { ConfigError } from '../errors.js';

/** Envoy's defaults. Of each pair in its order of preference the first is the one for hardware with AES. */
const CIPHER_SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];
const ECDH_CURVES = ['X25519', 'P-256'];
/** Suites of TLS 1.3: as in Envoy no field chooses among them. */
const TLS13_SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

const VERSIONS: Readonly<Record<Protocol, SecureVersion | undefined>> = {
  [Protocol.TLS_AUTO]: undefined,
  [Protocol.TLSv1_0]: 'TLSv1',
  [Protocol.TLSv1_1]: 'TLSv1.1',
  [Protocol.TLSv1_2]: 'TLSv1.2',
  [Protocol.TLSv1_3]: 'TLSv1.3',
};

export type TlsParameterOptions = Pick<
  SecureContextOptions,
  'minVersion' | 'maxVersion' | 'ciphers' | 'ecdhCurve' | 'sigalgs' | 'honorCipherOrder'
>;

/**
 * Versions, ciphers, curves and signature algorithms for Node.
 * @param newest the newest version where the configuration names none: 1.3 for a server, 1.2 for a client
 * @throws ConfigError
 */
export function compileTlsParameters(
  params: TlsParameters | undefined,
  newest: SecureVersion,
  path: string,
): TlsParameterOptions {
  const minVersion = VERSIONS[params?.tlsMinimumProtocolVersion ?? Protocol.TLS_AUTO] ?? 'TLSv1.2';
  const maxVersion = VERSIONS[params?.tlsMaximumProtocolVersion ?? Protocol.TLS_AUTO] ?? newest;
  if (minVersion > maxVersion)
    throw new ConfigError(path, `no version is at least ${minVersion} and at most ${maxVersion}`);
  const suites = params === undefined || params.cipherSuites.length === 0 ? CIPHER_SUITES : params.cipherSuites;
  const curves = params === undefined || params.ecdhCurves.length === 0 ? ECDH_CURVES : params.ecdhCurves;
  const sigalgs = params?.signatureAlgorithms ?? [];
  return {
    minVersion,
    maxVersion,
    ciphers: [...TLS13_SUITES, ...cipherNames(suites, `${path}.cipher_suites`)].join(':'),
    ecdhCurve: curves.join(':'),
    honorCipherOrder: true,
    ...(sigalgs.length === 0 ? {} : { sigalgs: sigalgs.join(':') }),
  };
}

/** BoringSSL's `[A|B]` means A or B, as the client likes; here A before B. */
function cipherNames(suites: readonly string[], path: string): readonly string[] {
  const known = new Set(getCiphers());
  return suites.flatMap((entry, i) => {
    const names = entry.replace(/^\[(.*)\]$/, '$1').split(/[|:]/);
    const unknown = names.find((name) => !known.has(name.toLowerCase()));
    if (unknown !== undefined) throw new ConfigError(`${path}[${i}]`, `cipher suite ${unknown} is not supported`);
    return names;
  });
}
