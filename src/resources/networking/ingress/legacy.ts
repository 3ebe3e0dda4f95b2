import type { HTTPIngressPath, IngressBackend, IngressSpec } from 'kubernetes-types/networking/v1.js';
import type { KindVersion } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { schemaRef } from '../../schemas/index.js';
import type { IngressObject } from '../../types.js';

interface LegacyBackend {
  serviceName?: string;
  servicePort?: number | string;
  resource?: IngressBackend['resource'];
}

interface LegacyPath extends Omit<HTTPIngressPath, 'backend' | 'pathType'> {
  pathType?: string;
  backend: LegacyBackend;
}

interface LegacySpec extends Omit<IngressSpec, 'defaultBackend' | 'rules'> {
  backend?: LegacyBackend;
  rules?: { host?: string; http?: { paths: LegacyPath[] } }[];
}

/** Versions that Kubernetes served until 1.22: backends by `serviceName` and `servicePort`. */
export const LEGACY_VERSIONS: readonly KindVersion[] = [
  legacyVersion('networking.k8s.io', 'v1.19+', 'v1.22+'),
  legacyVersion('extensions', 'v1.14+', 'v1.22+'),
];

function legacyVersion(group: string, deprecatedSince: string, goneSince: string): KindVersion {
  const apiVersion = `${group}/v1beta1`;
  return {
    name: 'v1beta1',
    group,
    schema: schemaRef('io.k8s.api.extensions.v1beta1.Ingress'),
    deprecationWarning: `${apiVersion} Ingress is deprecated in ${deprecatedSince}, unavailable in ${goneSince}; use networking.k8s.io/v1 Ingress`,
    toStorage: ingressToStorage,
    fromStorage: (object) => ingressFromStorage(object, apiVersion),
  };
}

function ingressToStorage(object: KubeObject): KubeObject {
  const { spec, ...rest } = object;
  if (!spec) return { ...object, apiVersion: 'networking.k8s.io/v1' };
  const { backend, rules, ...kept } = spec as LegacySpec;
  const stored: IngressSpec = { ...kept };
  if (backend) stored.defaultBackend = backendToStorage(backend);
  if (rules) {
    stored.rules = rules.map(({ http, ...rule }) => ({
      ...rule,
      ...(http && { http: { paths: pathsToStorage(http.paths) } }),
    }));
  }
  return { ...rest, apiVersion: 'networking.k8s.io/v1', spec: stored };
}

function pathsToStorage(paths: readonly LegacyPath[] | undefined): HTTPIngressPath[] {
  return (paths ?? []).map((path) => ({
    ...path,
    pathType: path.pathType || 'ImplementationSpecific',
    backend: backendToStorage(path.backend ?? {}),
  }));
}

function backendToStorage({ serviceName, servicePort, resource }: LegacyBackend): IngressBackend {
  if (resource && serviceName === undefined) return { resource };
  // A port that is a number in quotes is a number.
  const number = Number(servicePort);
  const port =
    servicePort === undefined ? undefined : Number.isInteger(number) ? { number } : { name: String(servicePort) };
  return { service: { name: serviceName ?? '', ...(port && { port }) }, ...(resource && { resource }) };
}

function ingressFromStorage(object: KubeObject, apiVersion: string): KubeObject {
  const { spec, ...rest } = object as IngressObject;
  if (!spec) return { ...object, apiVersion };
  const { defaultBackend, rules, ...kept } = spec;
  const legacy: LegacySpec = { ...kept };
  if (defaultBackend) legacy.backend = backendFromStorage(defaultBackend);
  if (rules) {
    legacy.rules = rules.map(({ http, ...rule }) => ({
      ...rule,
      ...(http && {
        http: { paths: http.paths.map((path) => ({ ...path, backend: backendFromStorage(path.backend) })) },
      }),
    }));
  }
  return { ...rest, metadata: rest.metadata, kind: rest.kind, apiVersion, spec: legacy };
}

function backendFromStorage({ service, resource }: IngressBackend): LegacyBackend {
  const port = service?.port?.name ?? service?.port?.number;
  return {
    ...(service && { serviceName: service.name }),
    ...(port !== undefined && { servicePort: port }),
    ...(resource && { resource }),
  };
}
