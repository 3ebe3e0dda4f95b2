import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';

interface Tls {
  readonly mode?: string;
  readonly caCertificates?: string;
  readonly credentialName?: string;
  readonly insecureSkipVerify?: boolean;
}

const FIX = 'Set caCertificates to a file with the authorities that may have signed the certificate of the server.';

export const destinationRuleTls: Analyzer = {
  name: 'destinationrule.CaCertificateAnalyzer',
  description: 'Checks that DestinationRules that begin TLS verify the server',
  types: [IST.NoServerCertificateVerificationDestinationLevel, IST.NoServerCertificateVerificationPortLevel],
  inputs: ['DestinationRule'],
  analyze(world, report) {
    for (const subject of world.all<DestinationRule>('DestinationRule')) {
      const { host, trafficPolicy } = subject.object.spec;
      const what = `DestinationRule ${fullName(subject)} in namespace ${namespaceOf(subject)} has TLS mode set to`;
      const but = `but no caCertificates are set to validate server identity for host: ${host}`;
      const tls = trafficPolicy?.tls as Tls | undefined;
      if (isUnverified(tls, subject)) {
        report(IST.NoServerCertificateVerificationDestinationLevel, subject, {
          field: 'spec.trafficPolicy.tls',
          text: `${what} ${tls?.mode} ${but}`,
          fix: FIX,
        });
      }
      for (const [i, settings] of (trafficPolicy?.portLevelSettings ?? []).entries()) {
        const ofPort = settings.tls as Tls | undefined;
        if (!isUnverified(ofPort, subject)) continue;
        report(IST.NoServerCertificateVerificationPortLevel, subject, {
          field: `spec.trafficPolicy.portLevelSettings[${i}].tls`,
          text: `${what} ${ofPort?.mode} ${but} at port ${settings.port?.number ?? ''}`,
          fix: FIX,
        });
      }
    }
  },
};

function isUnverified(tls: Tls | undefined, { object }: Subject<DestinationRule>): boolean {
  if (tls?.mode !== 'SIMPLE' && tls?.mode !== 'MUTUAL') return false;
  return !tls.caCertificates && !(tls.credentialName && object.spec.workloadSelector);
}
