import type { Schema } from '../schema.js';

type Definitions = Readonly<Record<string, Schema>>;

const APPS = 'io.k8s.api.apps.v1';
const NETWORKING = 'io.k8s.api.networking.v1';
const EXTENSIONS = 'io.k8s.api.extensions.v1beta1';

/** Versions that Kubernetes no longer serves, described by how they differ from today's. */
export function legacyDefinitions(current: Definitions): Definitions {
  return {
    ...deployment(current, 'io.k8s.api.apps.v1beta1'),
    ...deployment(current, EXTENSIONS),
    ...ingress(current),
  };
}

/** Without a required selector, and with `rollbackTo`. */
function deployment(current: Definitions, prefix: string): Definitions {
  const spec = definition(current, `${APPS}.DeploymentSpec`);
  return {
    [`${prefix}.Deployment`]: withSpec(definition(current, `${APPS}.Deployment`), `${prefix}.DeploymentSpec`),
    [`${prefix}.DeploymentSpec`]: {
      ...spec,
      properties: { ...spec.properties, rollbackTo: ref(`${prefix}.RollbackConfig`) },
      required: ['template'],
    },
    [`${prefix}.RollbackConfig`]: { type: 'object', properties: { revision: { type: 'integer', format: 'int64' } } },
  };
}

/** A backend is a service's name and port, and the default backend is `spec.backend`. */
function ingress(current: Definitions): Definitions {
  const spec = definition(current, `${NETWORKING}.IngressSpec`);
  const path = definition(current, `${NETWORKING}.HTTPIngressPath`);
  const { defaultBackend: _, ...properties } = spec.properties ?? {};
  const backend = ref(`${EXTENSIONS}.IngressBackend`);
  return {
    [`${EXTENSIONS}.Ingress`]: withSpec(definition(current, `${NETWORKING}.Ingress`), `${EXTENSIONS}.IngressSpec`),
    [`${EXTENSIONS}.IngressSpec`]: {
      ...spec,
      properties: {
        ...properties,
        backend,
        rules: { type: 'array', items: ref(`${EXTENSIONS}.IngressRule`), 'x-kubernetes-list-type': 'atomic' },
      },
    },
    [`${EXTENSIONS}.IngressRule`]: {
      type: 'object',
      properties: { host: { type: 'string' }, http: ref(`${EXTENSIONS}.HTTPIngressRuleValue`) },
    },
    [`${EXTENSIONS}.HTTPIngressRuleValue`]: {
      type: 'object',
      properties: {
        paths: { type: 'array', items: ref(`${EXTENSIONS}.HTTPIngressPath`), 'x-kubernetes-list-type': 'atomic' },
      },
      required: ['paths'],
    },
    [`${EXTENSIONS}.HTTPIngressPath`]: {
      type: 'object',
      properties: { ...path.properties, backend },
      required: ['backend'],
    },
    [`${EXTENSIONS}.IngressBackend`]: {
      type: 'object',
      properties: {
        resource: ref('io.k8s.api.core.v1.TypedLocalObjectReference'),
        serviceName: { type: 'string' },
        servicePort: ref('io.k8s.apimachinery.pkg.util.intstr.IntOrString'),
      },
    },
  };
}

function withSpec(kind: Schema, specName: string): Schema {
  return { ...kind, properties: { ...kind.properties, spec: ref(specName) } };
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function definition(current: Definitions, name: string): Schema {
  const found = current[name];
  if (!found) throw new RangeError(`No definition ${name} among the Kubernetes schemas`);
  return found;
}
