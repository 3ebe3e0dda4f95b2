import type { KubeObject } from '../../object.js';

export interface Gateway extends KubeObject {
  spec: GatewaySpec;
}

export interface GatewaySpec {
  /** Labels of the pods that are this gateway. */
  selector?: Record<string, string>;
  servers: Server[];
}

export interface Server {
  name?: string;
  port: { number: number; protocol: string; name: string };
  /** Address to listen at; absent: all. */
  bind?: string;
  /** `host`, `*.host`, `*`, each optionally behind `namespace/`, `./` or `*` + `/`. */
  hosts: string[];
  tls?: ServerTls;
}

export type TlsMode = 'PASSTHROUGH' | 'SIMPLE' | 'MUTUAL' | 'AUTO_PASSTHROUGH' | 'ISTIO_MUTUAL' | 'OPTIONAL_MUTUAL';
export type TlsProtocol = 'TLS_AUTO' | 'TLSV1_0' | 'TLSV1_1' | 'TLSV1_2' | 'TLSV1_3';

export interface ServerTls {
  /** Answers plain HTTP with the same address as https. */
  httpsRedirect?: boolean;
  /** PASSTHROUGH where absent. */
  mode?: TlsMode;
  /** Files where the gateway runs. */
  serverCertificate?: string;
  privateKey?: string;
  caCertificates?: string;
  caCrl?: string;
  tlsCertificates?: { serverCertificate?: string; privateKey?: string }[];
  /** Secrets in the namespace of the gateway's pods. */
  credentialName?: string;
  credentialNames?: string[];
  /** Names of which the client's certificate must have one. */
  subjectAltNames?: string[];
  verifyCertificateSpki?: string[];
  verifyCertificateHash?: string[];
  insecureSkipVerify?: boolean;
  minProtocolVersion?: TlsProtocol;
  maxProtocolVersion?: TlsProtocol;
  cipherSuites?: string[];
}
