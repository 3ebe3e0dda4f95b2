import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { EnvoyFilter } from '../../resources/istio/envoyfilter/types.js';
import type { Gateway } from '../../resources/istio/gateway/types.js';
import type { ServiceEntry } from '../../resources/istio/serviceentry/types.js';
import type { Sidecar } from '../../resources/istio/sidecar/types.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import { buildEnvoyFilters } from '../envoy-filter/build.js';
import { memo } from '../memo.js';
import { buildPolicyModel } from '../policy/policy-model.js';
import type { MeshSnapshot } from '../snapshot.js';
import { contextOf, translate } from '../translate/index.js';
import { withoutInvalid } from './accepted.js';
import { withoutAliases } from './aliases.js';
import { placeDelegates } from './delegates.js';
import { buildDestinationRules } from './destination-rules.js';
import { buildSecrets } from './gateway-secrets.js';
import { buildGateways } from './gateways.js';
import { findProblems } from './problems.js';
import { buildRouteTables } from './routes.js';
import { buildServices } from './services.js';
import { buildSidecars } from './sidecars.js';
import type { Labels, Mesh } from './types.js';
import { buildWorkloads } from './workloads.js';

const meshes = new WeakMap<MeshSnapshot, Mesh>();

/** What the objects of a snapshot mean together. The same snapshot gives the same mesh, built once. */
export function meshOf(snapshot: MeshSnapshot): Mesh {
  return memo(meshes, snapshot, () => buildMesh(snapshot));
}

function buildMesh(everything: MeshSnapshot): Mesh {
  const { snapshot, problems } = withoutInvalid(everything);
  const { config } = snapshot;
  const translated = translate(snapshot, contextOf(snapshot));
  const entries = [...(snapshot.serviceEntries as readonly ServiceEntry[]), ...translated.serviceEntries];
  const rules = [...(snapshot.virtualServices as readonly VirtualService[]), ...translated.virtualServices];
  const placed = placeDelegates(rules);
  const policies = [...(snapshot.destinationRules as readonly DestinationRule[]), ...translated.destinationRules];
  const workloads = buildWorkloads(snapshot.pods, snapshot.nodes);
  const registry = buildServices(snapshot, entries, workloads);
  const envoy = buildEnvoyFilters(snapshot.envoyFilters as readonly EnvoyFilter[], config.rootNamespace);
  const mesh = {
    config,
    services: registry.services,
    alternatives: registry.alternatives,
    workloads,
    routeTables: withoutAliases(buildRouteTables(placed.virtualServices, config.clusterDomain), registry.aliases),
    destinationRules: buildDestinationRules(policies, config.clusterDomain),
    sidecars: buildSidecars(snapshot.sidecars as readonly Sidecar[]),
    envoyFilters: envoy.filters,
    secrets: buildSecrets(snapshot.secrets),
    gateways: buildGateways([...(snapshot.gateways as readonly Gateway[]), ...translated.gateways]),
  };
  const rulesAskForCaller = askForCaller(mesh);
  const policy = buildPolicyModel(snapshot, mesh.services);
  return {
    ...mesh,
    ...(policy && { policy }),
    rulesAskForCaller,
    problems: [
      ...[problems, translated.problems, placed.problems, registry.conflicts, envoy.problems].flat(),
      ...findProblems(mesh),
    ],
  };
}

function askForCaller({ routeTables, destinationRules }: Pick<Mesh, 'routeTables' | 'destinationRules'>): boolean {
  const matches = routeTables.flatMap(({ routes, tls, tcp }) =>
    [...routes, ...tls, ...tcp].flatMap((route): readonly { sourceLabels?: Labels }[] => route.matches),
  );
  return (
    matches.some(({ sourceLabels }) => sourceLabels !== undefined) ||
    [...destinationRules.values()].some((rules) => rules.some(({ workloadSelector }) => workloadSelector !== undefined))
  );
}
