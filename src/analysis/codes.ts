import type { Level, MessageType } from './message-type.js';

function types<Name extends string>(
  rows: Readonly<Record<Name, readonly [code: string, level: Level, description: string]>>,
): Readonly<Record<Name, MessageType>> {
  const entries = Object.entries(rows) as [Name, readonly [string, Level, string]][];
  const made = entries.map(([name, [code, level, description]]) => [name, { code, name, level, description }]);
  return Object.fromEntries(made) as Record<Name, MessageType>;
}

/** Messages of `istioctl analyze` that can arise here, with its codes, names and levels. */
export const IST = types({
  InternalError: ['IST0001', 'Error', 'An analyzer failed. This is a bug of Trysail.'],
  Deprecated: ['IST0002', 'Warning', 'A field that the configuration uses is deprecated.'],
  ReferencedResourceNotFound: ['IST0101', 'Error', 'Something that is referred to does not exist.'],
  NamespaceNotInjected: ['IST0102', 'Info', 'A namespace says nothing about sidecar injection.'],
  PodMissingProxy: ['IST0103', 'Warning', 'A pod of a namespace with injection has no sidecar.'],
  SchemaValidationError: ['IST0106', 'Error', 'A resource has a value that its kind does not allow.'],
  MisplacedAnnotation: ['IST0107', 'Warning', 'An Istio annotation stands on a kind that it is not for.'],
  UnknownAnnotation: ['IST0108', 'Warning', 'An annotation has the form of Istio’s, and is none.'],
  ConflictingMeshGatewayVirtualServiceHosts: [
    'IST0109',
    'Error',
    'Several VirtualServices claim one host for the sidecars: only one of them applies.',
  ],
  ConflictingSidecarWorkloadSelectors: ['IST0110', 'Error', 'Several Sidecars select the same pod.'],
  MultipleSidecarsWithoutWorkloadSelectors: ['IST0111', 'Error', 'A namespace has several Sidecars for all its pods.'],
  VirtualServiceDestinationPortSelectorRequired: [
    'IST0112',
    'Error',
    'A VirtualService routes to a service with several ports and does not say which.',
  ],
  DeploymentAssociatedToMultipleServices: [
    'IST0116',
    'Warning',
    'A Deployment belongs to services that use one port with several protocols.',
  ],
  PortNameIsNotUnderNamingConvention: ['IST0118', 'Info', 'The name of a port does not say its protocol.'],
  NamespaceMultipleInjectionLabels: ['IST0123', 'Warning', 'A namespace has several kinds of injection labels.'],
  InvalidAnnotation: ['IST0125', 'Warning', 'An Istio annotation has a value that cannot be read.'],
  NoServerCertificateVerificationDestinationLevel: [
    'IST0128',
    'Warning',
    'A DestinationRule uses TLS without verifying the server.',
  ],
  NoServerCertificateVerificationPortLevel: [
    'IST0129',
    'Warning',
    'A DestinationRule uses TLS for a port without verifying the server.',
  ],
  VirtualServiceUnreachableRule: ['IST0130', 'Warning', 'A route can never apply: earlier ones take its requests.'],
  VirtualServiceIneffectiveMatch: ['IST0131', 'Info', 'A match of a route repeats one of an earlier route.'],
  VirtualServiceHostNotFoundInGateway: ['IST0132', 'Warning', 'A Gateway has none of the hosts of a VirtualService.'],
  SchemaWarning: ['IST0133', 'Warning', 'A resource is valid, and has something that is better said otherwise.'],
  ServiceEntryAddressesRequired: [
    'IST0134',
    'Warning',
    'A ServiceEntry with a TCP port has no address by which its connections are told apart.',
  ],
  DeprecatedAnnotation: ['IST0135', 'Info', 'An Istio annotation is deprecated.'],
  DeploymentConflictingPorts: [
    'IST0137',
    'Warning',
    'A Deployment belongs to services that lead different ports to one target port.',
  ],
  GatewayDuplicateCertificate: ['IST0138', 'Warning', 'Two Gateways serve the same certificate.'],
  IngressRouteRulesNotAffected: [
    'IST0140',
    'Warning',
    'A VirtualService for a gateway routes to a host whose subsets only the sidecars’ VirtualService chooses.',
  ],
  InvalidApplicationUID: ['IST0144', 'Warning', 'A program runs as user 1337, which is the sidecar’s.'],
  ConflictingGateways: ['IST0145', 'Error', 'Two Gateways have the same selector, port and host.'],
  ImageAutoWithoutInjectionWarning: [
    'IST0146',
    'Warning',
    'A Deployment asks for an injected image where nothing is injected.',
  ],
  ImageAutoWithoutInjectionError: ['IST0147', 'Error', 'A Pod asks for an injected image and was not injected.'],
  ExternalNameServiceTypeInvalidPortName: [
    'IST0150',
    'Warning',
    'A port of an ExternalName service is plain TCP, which takes connections of other services.',
  ],
  EnvoyFilterUsesRelativeOperation: ['IST0151', 'Warning', 'An EnvoyFilter without priority depends on other filters.'],
  EnvoyFilterUsesReplaceOperationIncorrectly: [
    'IST0152',
    'Error',
    'REPLACE works only on HTTP_FILTER and NETWORK_FILTER.',
  ],
  EnvoyFilterUsesAddOperationIncorrectly: [
    'IST0153',
    'Error',
    'ADD is ignored for ROUTE_CONFIGURATION and HTTP_ROUTE.',
  ],
  EnvoyFilterUsesRemoveOperationIncorrectly: [
    'IST0154',
    'Error',
    'REMOVE is ignored for ROUTE_CONFIGURATION and HTTP_ROUTE.',
  ],
  EnvoyFilterUsesRelativeOperationWithProxyVersion: [
    'IST0155',
    'Warning',
    'An EnvoyFilter without priority depends on other filters and on the proxy’s version.',
  ],
  InvalidGatewayCredential: ['IST0161', 'Error', 'The secret that a Gateway names holds no certificate and key.'],
  GatewayPortNotDefinedOnService: ['IST0162', 'Warning', 'No service of the gateway’s pods has the Gateway’s port.'],
  ReferencedInternalGateway: ['IST0165', 'Warning', 'A VirtualService names a Gateway that an implementation made.'],
  NegativeConditionStatus: ['IST0171', 'Warning', 'The mesh says of a resource that it does not do what it says.'],
  DestinationRuleSubsetNotSelectPods: ['IST0173', 'Error', 'A subset selects no pod.'],
  UnknownDestinationRuleHost: ['IST0174', 'Warning', 'A DestinationRule is for a host that no service has.'],
  ConflictingServiceEntryProtocol: [
    'IST0177',
    'Warning',
    'Several ServiceEntries give one port of one host different protocols.',
  ],
});

/** What Istio's analysis does not know: the kinds of Istio 0.7, and what this mesh refuses. */
export const TRY = types({
  UnsupportedField: ['TRY0001', 'Error', 'A field is valid in Istio, and this mesh refuses it.'],
  UnservedKind: ['TRY0002', 'Warning', 'A kind of Istio that this mesh does not serve.'],
  RepeatedObject: [
    'TRY0003',
    'Warning',
    'Two objects have one kind, namespace and name: the later replaces the earlier.',
  ],
  RouteRuleShadowed: ['TRY0101', 'Warning', 'A RouteRule never applies, because another one comes first.'],
  RouteRuleMatchesNothing: ['TRY0102', 'Warning', 'A RouteRule is for callers of which there are none.'],
  RouteRuleWeights: ['TRY0103', 'Error', 'The weights of a RouteRule do not add up to 100.'],
  ServiceAndPodsApart: ['TRY0104', 'Warning', 'A service and the pods that it means are in different namespaces.'],
  LabelsWithoutPods: ['TRY0105', 'Error', 'A RouteRule routes to labels that no pod of the destination has.'],
  DestinationPoliciesConflict: [
    'TRY0106',
    'Warning',
    'Several DestinationPolicies are for one destination: one applies.',
  ],
  RouteRuleDestinationNotFound: ['TRY0107', 'Error', 'A rule is for a service that does not exist.'],
  EgressRulesOverlap: ['TRY0108', 'Warning', 'Several EgressRules or ServiceEntries are for one port of one host.'],
  ErasMixed: ['TRY0109', 'Warning', 'One host has rules of Istio 0.7 and of today.'],
  PolicyReferenceNotFound: [
    'TRY0110',
    'Error',
    'A policy names a handler, instance, quota or service that does not exist.',
  ],
  RouteRuleWithoutHttp: [
    'TRY0111',
    'Warning',
    'A RouteRule is for a service whose ports do not say that they carry HTTP.',
  ],
  PolicyWithoutRoute: [
    'TRY0112',
    'Warning',
    'A DestinationPolicy is for labels to which no RouteRule routes: it never applies.',
  ],
});

/** Codes of istioctl that cannot arise here, and why. */
export const NOT_APPLICABLE: Readonly<Record<string, readonly [name: string, why: string]>> = {
  IST0126: ['UnknownMeshNetworksServiceRegistry', 'there are no mesh networks'],
  IST0127: ['NoMatchingWorkloadsFound', 'istioctl says it of AuthorizationPolicy, which is not served'],
  IST0136: ['AlphaAnnotation', 'istioctl lists it and never says it'],
  IST0139: ['InvalidWebhook', 'injection and validation are in the API server, without webhooks'],
  IST0141: ['InsufficientPermissions', 'nothing is installed into a cluster'],
  IST0142: ['UnsupportedKubernetesVersion', 'the API server is part of Trysail'],
  IST0143: ['LocalhostListener', 'istioctl lists it and never says it'],
  IST0148: [
    'NamespaceInjectionEnabledByDefault',
    'there is no such setting: a namespace asks for injection by its label',
  ],
  IST0149: ['JwtClaimBasedRoutingWithoutRequestAuthN', 'routing by claims of a JWT is not supported'],
  IST0156: ['UnsupportedGatewayAPIVersion', 'the kinds of gateway.networking.k8s.io are not served'],
  IST0157: ['InvalidTelemetryProvider', 'Telemetry is not served'],
  IST0158: [
    'PodsIstioProxyImageMismatchInNamespace',
    'the sidecars of a node are one program, of the version of the mesh',
  ],
  IST0159: ['ConflictingTelemetryWorkloadSelectors', 'Telemetry is not served'],
  IST0160: ['MultipleTelemetriesWithoutWorkloadSelectors', 'Telemetry is not served'],
  IST0163: ['InvalidExternalControlPlaneConfig', 'there is no external control plane'],
  IST0164: ['ExternalControlPlaneAddressIsNotAHostname', 'there is no external control plane'],
  IST0166: ['IneffectiveSelector', 'the kinds of gateway.networking.k8s.io are not served'],
  IST0167: ['IneffectivePolicy', 'there is no ambient mode'],
  IST0168: ['UnknownUpgradeCompatibility', 'istioctl says it when it upgrades a control plane'],
  IST0169: ['UpdateIncompatibility', 'istioctl says it when it upgrades a control plane'],
  IST0170: ['MultiClusterInconsistentService', 'a mesh is one cluster'],
  IST0172: ['FutureUnsupportedGatewayAPIVersion', 'the kinds of gateway.networking.k8s.io are not served'],
  IST0175: ['JwksUriFetchUnrestricted', 'RequestAuthentication is not served'],
  IST0176: ['GatewayAPICRDVersionBelowMinimum', 'the kinds of gateway.networking.k8s.io are not served'],
};

export const MESSAGE_TYPES: readonly MessageType[] = [...Object.values(IST), ...Object.values(TRY)];
