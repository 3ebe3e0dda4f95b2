import { checkIstioService, type IstioService } from '../../istio-service.js';
import { list, string, stringMap } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export interface QuotaSpecBindingSpec {
  services?: IstioService[];
  quotaSpecs?: { name?: string; namespace?: string }[];
}

export const quotaSpecBinding = policyKind<QuotaSpecBindingSpec>({
  kind: 'QuotaSpecBinding',
  plural: 'quotaspecbindings',
  description: 'QuotaSpecBinding (Istio 0.7): the services whose requests QuotaSpecs charge',
  spec: message({
    services: list(message({ name: string, namespace: string, domain: string, service: string, labels: stringMap })),
    quotaSpecs: list(message({ name: string, namespace: string })),
  }),
  validate: (errors, { services = [], quotaSpecs = [] }) => {
    if (services.length === 0) errors.required('spec.services', 'at least one service must be specified');
    services.forEach((service, index) => {
      checkIstioService(errors, `spec.services[${index}]`, service);
    });
    if (quotaSpecs.length === 0) errors.required('spec.quotaSpecs', 'at least one spec must be specified');
    quotaSpecs.forEach(({ name, namespace }, index) => {
      const field = `spec.quotaSpecs[${index}]`;
      if (!name) errors.required(`${field}.name`, 'name is mandatory for QuotaSpecReference');
      if (namespace) errors.dnsLabel(`${field}.namespace`, namespace);
    });
  },
});
