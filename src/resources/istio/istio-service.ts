import type { FieldErrors } from './checks.js';
import { object, string, stringMap } from './schemas.js';

/** How the kinds of Istio 0.7 name a service: by name and namespace, or whole. */
export interface IstioService {
  name?: string;
  namespace?: string;
  domain?: string;
  service?: string;
  labels?: Record<string, string>;
}

export const istioServiceSchema = object({
  name: string,
  namespace: string,
  domain: string,
  service: string,
  labels: stringMap,
});

export function checkIstioService(errors: FieldErrors, field: string, service: IstioService): void {
  if (service.service !== undefined) {
    if (service.name !== undefined) errors.forbidden(`${field}.name`, 'may not be set together with service');
    errors.host(`${field}.service`, service.service, true);
    return;
  }
  if (service.name === undefined || service.name === '') errors.required(`${field}.name`, 'the name of the service');
  else errors.dnsLabel(`${field}.name`, service.name);
  if (service.namespace !== undefined) errors.dnsLabel(`${field}.namespace`, service.namespace);
  if (service.domain !== undefined) errors.host(`${field}.domain`, service.domain);
}
