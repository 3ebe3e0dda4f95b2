import { X509Certificate } from 'node:crypto';
import type { Gateway } from '../../resources/istio/gateway/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';

interface ServerTls {
  readonly mode?: string;
  readonly credentialName?: string;
  readonly serverCertificate?: string;
  readonly privateKey?: string;
}

export const gatewayCertificates: Analyzer = {
  name: 'gateway.CertificateAnalyzer',
  description: 'Checks the certificates of Gateways, and that no two serve the same one',
  types: [IST.GatewayDuplicateCertificate, IST.ReferencedResourceNotFound, IST.InvalidGatewayCredential],
  inputs: ['Gateway'],
  analyze(world, report) {
    const gateways = world.all<Gateway>('Gateway');
    for (const subject of gateways) {
      for (const [i, tls] of tlsOf(subject).entries()) {
        if (tls?.credentialName) checkSecret(world, report, subject, tls.credentialName, `spec.servers[${i}].tls`);
      }
      for (const other of gateways) reportDuplicate(report, subject, other);
    }
  },
};

function tlsOf({ object }: Subject<Gateway>): (ServerTls | undefined)[] {
  return object.spec.servers.map((server) => (server as { tls?: ServerTls }).tls);
}

function reportDuplicate(report: Report, subject: Subject<Gateway>, other: Subject<Gateway>): void {
  if (other === subject || !matchesLabels(subject.object.spec.selector ?? {}, other.object.spec.selector ?? {})) return;
  const theirs = tlsOf(other).flatMap((tls) => certificateOf(tls) ?? []);
  for (const [i, tls] of tlsOf(subject).entries()) {
    const own = certificateOf(tls);
    if (own === undefined || !theirs.includes(own)) continue;
    report(IST.GatewayDuplicateCertificate, subject, {
      field: `spec.servers[${i}].tls`,
      text: `Duplicate certificate in multiple gateways [${fullName(subject)} ${fullName(other)}] may cause 404s if clients re-use HTTP2 connections.`,
      fix: 'Serve the hosts of one certificate from one Gateway.',
    });
    return;
  }
}

/** What tells certificates apart; undefined where nothing does. */
function certificateOf(tls: ServerTls | undefined): string | undefined {
  if (tls?.credentialName) return `credential ${tls.credentialName}`;
  return tls?.serverCertificate && tls.privateKey ? `files ${tls.serverCertificate} ${tls.privateKey}` : undefined;
}

/** Secrets are read from the namespace of the gateway's pods; the mesh's own gateway is in the root namespace. */
function checkSecret(world: World, report: Report, subject: Subject<Gateway>, name: string, field: string): void {
  const [pod] = world.workloads.select(subject.object.spec.selector ?? {});
  const namespaces = [pod?.namespace ?? world.options.rootNamespace, namespaceOf(subject)];
  const secret = namespaces.map((namespace) => world.find('Secret', namespace, name)).find((found) => found);
  if (secret === undefined) {
    if (!namespaces.some((namespace) => world.knowsAll('Secret', namespace))) return;
    report(IST.ReferencedResourceNotFound, subject, {
      field: `${field}.credentialName`,
      text: `Referenced credentialName not found: "${name}"`,
      fix: `Create it: kubectl create -n ${namespaces[0]} secret tls ${name} --key=key.pem --cert=cert.pem`,
    });
  } else if (!hasCertificate(secret, world.options.now_ms)) {
    report(IST.InvalidGatewayCredential, subject, {
      field: `${field}.credentialName`,
      text: `The credential referenced by the Gateway ${subject.object.metadata.name} in namespace ${namespaceOf(subject)} is invalid, which can cause the traffic not to work as expected.`,
      fix: 'The secret must have tls.crt and tls.key (or cert and key) in PEM, with a certificate that is valid now.',
    });
  }
}

/** Whether there are a certificate that is valid now, and a key. */
function hasCertificate({ object }: Subject, now_ms: number): boolean {
  const { data = {}, stringData = {} } = object as {
    data?: Record<string, string>;
    stringData?: Record<string, string>;
  };
  const read = (...keys: string[]): string | undefined => {
    const key = keys.find((each) => data[each] !== undefined || stringData[each] !== undefined);
    if (key === undefined) return undefined;
    return stringData[key] ?? Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  };
  const certificate = read('tls.crt', 'cert');
  if (certificate === undefined || !read('tls.key', 'key')) return false;
  try {
    const { validFrom, validTo } = new X509Certificate(certificate);
    return Date.parse(validFrom) <= now_ms && now_ms <= Date.parse(validTo);
  } catch {
    return false;
  }
}
