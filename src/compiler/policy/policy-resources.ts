import type { JsonObject } from '@bufbuild/protobuf';
import { fromJson } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import {
  POLICY_RESOURCE,
  type PolicyResource,
  type PolicyService,
  type PolicyWorkload,
  WORKLOAD_PREFIX,
} from '../../policy/index.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import { memo } from '../memo.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh, Service } from '../model/types.js';
import { encode, type XdsResource } from '../xds/resource.js';
import { policyForServices } from './policy-for-services.js';
import type { PolicyModel } from './policy-model.js';

const NONE: ReadonlyMap<string, XdsResource> = new Map();
const encoded = new WeakMap<PolicyWorkload, XdsResource>();
const ofProxies = new WeakMap<PolicyModel, Map<string, ReadonlyMap<string, XdsResource>>>();

/** What a sidecar is to have of policy: the rules for its services, and all workloads that may call it. */
export function policyResources(mesh: Mesh, proxy: ProxyNode): ReadonlyMap<string, XdsResource> {
  const { policy } = mesh;
  if (policy === undefined || proxy.kind !== 'sidecar') return NONE;
  const known = memo(ofProxies, policy, () => new Map<string, ReadonlyMap<string, XdsResource>>());
  return memo(known, proxy.workload, () => build(mesh, policy, proxy));
}

function build(mesh: Mesh, model: PolicyModel, proxy: ProxyNode): ReadonlyMap<string, XdsResource> {
  const services = servicesOf(mesh, proxy);
  const policy = policyForServices(
    model.config,
    services.map(({ hostname }) => hostname),
  );
  if (policy.rules.length === 0) return NONE;
  const key = proxy.workload;
  const destination = model.workloads.find(({ name, namespace }) => `${namespace}/${name}` === key);
  if (destination === undefined) return NONE;
  const resource: PolicyResource = { policy, destination, services: services.map(toPolicyService) };
  return new Map([
    [POLICY_RESOURCE, encodeStruct(POLICY_RESOURCE, resource)],
    ...model.workloads.map((workload) => {
      const one = encodeWorkload(workload);
      return [one.name, one] as const;
    }),
  ]);
}

/** The services that the proxy's workload is of. */
export function servicesOf({ services }: Mesh, { namespace, labels }: ProxyNode): Service[] {
  return [...services.values()].filter(
    (service) =>
      service.namespace === namespace && service.selector !== undefined && matchesLabels(service.selector, labels),
  );
}

function toPolicyService({ hostname, name, namespace, addresses }: Service): PolicyService {
  return { host: hostname, names: [hostname, name, `${name}.${namespace}`, `${name}.${namespace}.svc`, ...addresses] };
}

function encodeWorkload(workload: PolicyWorkload): XdsResource {
  return memo(encoded, workload, () => encodeStruct(`${WORKLOAD_PREFIX}${workload.ip}`, workload));
}

function encodeStruct(name: string, value: object): XdsResource {
  return encode(StructSchema, name, fromJson(StructSchema, JSON.parse(JSON.stringify(value)) as JsonObject));
}
