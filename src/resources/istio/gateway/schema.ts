import { boolean, kindSchema, list, object, oneOf, port, string, stringList, stringMap } from '../schemas.js';

const tlsProtocol = oneOf('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3');

const tls = object({
  httpsRedirect: boolean,
  mode: oneOf('PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'),
  serverCertificate: string,
  privateKey: string,
  caCertificates: string,
  caCrl: string,
  credentialName: string,
  credentialNames: stringList,
  caCertCredentialName: string,
  tlsCertificates: list(object({ serverCertificate: string, privateKey: string, caCertificates: string })),
  subjectAltNames: stringList,
  verifyCertificateSpki: stringList,
  verifyCertificateHash: stringList,
  minProtocolVersion: tlsProtocol,
  maxProtocolVersion: tlsProtocol,
  cipherSuites: stringList,
  insecureSkipVerify: boolean,
});

export const gatewaySchema = kindSchema(
  'Gateway: ports and hosts that are open at the edge of the mesh',
  object({
    selector: stringMap,
    servers: list(
      object(
        {
          name: string,
          port: object({ number: port, protocol: string, name: string, targetPort: port }, [
            'number',
            'protocol',
            'name',
          ]),
          bind: string,
          hosts: stringList,
          tls,
          defaultEndpoint: string,
        },
        ['port', 'hosts'],
      ),
    ),
  }),
);
