import { parseDescriptions } from './parse.js';

/** One sentence for each kind, by `Kind` or, where two groups share a name, `Kind.group`. */
export const KIND_DESCRIPTIONS = parseDescriptions(`
Namespace: A named space in which objects of one team or purpose live together, and with which they go.
Pod: One or more containers that run on one node, with one network and shared volumes.
Service: A name and address for a changing set of pods.
Endpoints: The addresses behind a service, in one list; EndpointSlice is its successor.
EndpointSlice: A part of the addresses behind a service.
ConfigMap: Settings that are no secrets, for environment variables and files of pods.
Secret: Small data that not everyone may see, such as passwords and keys.
ServiceAccount: The identity under which a pod's programs call the API.
Node: A machine on which pods run.
Event: Something that happened to an object.
ReplicationController: Keeps a number of equal pods running; ReplicaSet is its successor.
PersistentVolume: A piece of storage that lives longer than the pods that use it.
PersistentVolumeClaim: A wish for storage, which is bound to a volume that grants it.
StorageClass: How volumes are made for the claims that name this class.
Deployment: Keeps equal pods running and replaces them step by step when their template changes.
ReplicaSet: Keeps a number of equal pods running; usually made by a Deployment.
StatefulSet: Keeps pods with names and storage of their own, in order.
DaemonSet: Keeps one pod on each node that is chosen.
ControllerRevision: One state of a workload's template, kept so that it can be brought back.
Job: Runs pods until enough of them have succeeded.
CronJob: Starts a Job at each time of a schedule.
PodDisruptionBudget: How many pods of a set may be missed when nodes are drained.
PriorityClass: A named priority of pods.
Lease: A claim to something that its holder must renew, for leader election and heartbeats.
Ingress: Which hosts and paths from outside lead to which services.
IngressClass: The controller that serves the Ingresses of this class.
CustomResourceDefinition: A kind that users add to the API, with its schema.
Role: What may be done with which resources of one namespace.
ClusterRole: What may be done with which resources, in all namespaces and outside of them.
RoleBinding: Gives a role to users, groups or accounts within one namespace.
ClusterRoleBinding: Gives a cluster role to users, groups or accounts everywhere.
VirtualService: Where requests to some hosts go: routes, retries, timeouts, faults and mirrors.
DestinationRule: How callers speak with a service: subsets, load balancing, pools, outlier detection and TLS.
Gateway: The ports, hosts and certificates of a proxy at the edge of the mesh.
ServiceEntry: A service that the mesh would not know by itself, such as one outside of it.
Sidecar: What the sidecars of some workloads take in and can reach.
WorkloadEntry: One workload that is no pod, such as a virtual machine.
WorkloadGroup: What workloads that are no pods have in common.
EnvoyFilter: Changes of the configuration that the mesh makes for proxies, in words of Envoy.
ProxyConfig: Settings of the proxies of some workloads.
RouteRule: Routes of Istio 0.7 for requests to one service; VirtualService is its successor.
DestinationPolicy: Load balancing and circuit breaking of Istio 0.7; DestinationRule is its successor.
EgressRule: A service outside of the mesh, in Istio 0.7; ServiceEntry is its successor.
rule: Which instances go to which handlers, for requests that match.
denier: An adapter that refuses requests.
listchecker: An adapter that looks values up in a list and refuses those that are, or are not, in it.
memquota: An adapter that counts quotas in memory.
redisquota: An adapter that counts quotas in Redis.
prometheus: An adapter that offers metrics to Prometheus.
stdio: An adapter that writes log entries to standard output or files.
fluentd: An adapter that sends log entries to fluentd.
kubernetesenv: An adapter that knows the pods behind addresses.
noop: An adapter that does nothing.
checknothing: An instance that carries nothing, for denier.
reportnothing: An instance that carries nothing, for reports.
listentry: A value to look up in a list.
quota: What a quota is counted by.
metric: A value with dimensions, made of each request.
logentry: A log line, made of each request.
tracespan: A span of a trace, made of each request.
kubernetes: What to look up about a request's pods.
attributemanifest: The attributes that expressions may use.
QuotaSpec: Which quotas a request is charged.
QuotaSpecBinding: The services whose requests a QuotaSpec is for.
`);
