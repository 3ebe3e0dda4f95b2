import type { Analyzer } from '../analyzer.js';
import { annotations } from './annotations.js';
import { applicationUid } from './application-uid.js';
import { conditions } from './conditions.js';
import { deploymentServices } from './deployment-services.js';
import { deprecation, schemaWarnings } from './deprecation.js';
import { destinationHosts } from './destination-hosts.js';
import { destinationPolicies } from './destination-policies.js';
import { destinationRuleSubsets } from './destination-rule-subsets.js';
import { destinationRuleTls } from './destination-rule-tls.js';
import { destinationSubsets } from './destination-subsets.js';
import { egressOverlap } from './egress-overlap.js';
import { envoyFilters } from './envoy-filters.js';
import { eras } from './eras.js';
import { gatewayCertificates } from './gateway-certificates.js';
import { gatewayConflicts } from './gateway-conflicts.js';
import { gatewayWorkloads } from './gateway-workloads.js';
import { imageAuto } from './image-auto.js';
import { ingressSubsets } from './ingress-subsets.js';
import { injection } from './injection.js';
import { meshGatewayHosts } from './mesh-gateway-hosts.js';
import { policyReferences } from './policy-references.js';
import { routeRuleOrder } from './route-rule-order.js';
import { routeRuleReferences } from './route-rule-references.js';
import { serviceEntryAddresses, serviceEntryProtocols } from './service-entries.js';
import { serviceNamespaces } from './service-namespaces.js';
import { servicePorts } from './service-ports.js';
import { sidecarSelectors } from './sidecar-selectors.js';
import { unreachableRules } from './unreachable-rules.js';
import { virtualServiceGateways } from './virtual-service-gateways.js';

/** All of them, by name. Schema validation goes before: see `validation.ts`. */
export const ANALYZERS: readonly Analyzer[] = [
  annotations,
  applicationUid,
  conditions,
  deploymentServices,
  deprecation,
  destinationPolicies,
  destinationRuleTls,
  destinationRuleSubsets,
  egressOverlap,
  envoyFilters,
  gatewayCertificates,
  gatewayConflicts,
  gatewayWorkloads,
  injection,
  imageAuto,
  policyReferences,
  eras,
  routeRuleOrder,
  routeRuleReferences,
  schemaWarnings,
  serviceNamespaces,
  servicePorts,
  serviceEntryAddresses,
  serviceEntryProtocols,
  sidecarSelectors,
  unreachableRules,
  meshGatewayHosts,
  destinationHosts,
  destinationSubsets,
  virtualServiceGateways,
  ingressSubsets,
].toSorted((left, right) => (left.name < right.name ? -1 : 1));
