import { parseDescriptions } from './parse.js';

/** What fields of Istio's kinds mean, by name. */
export const ISTIO_FIELDS = parseDescriptions(`
spec: What is wanted.
status: What the mesh made of it.
hosts: The host names that it is about; short names count from its own namespace.
host: The name of the service, as the registry knows it.
gateways: The gateways, as namespace/name, at which it holds; mesh stands for all sidecars.
http: Routes for HTTP requests; the first that matches is taken.
tls: TLS settings; in a VirtualService, routes for encrypted connections by their server name.
tcp: Routes for connections that are not HTTP.
match: Conditions; a request must meet all of one entry.
route: Where matching requests go, by weight.
destination: The service, and the part of it, that is called.
subset: The name of a subset in the service's DestinationRule.
subsets: Named parts of the service's workloads.
weight: The share of this destination, of the sum of all.
redirect: Answers with another location.
directResponse: Answers at once, without calling anything.
delegate: Another VirtualService whose routes stand here.
rewrite: Changes the path or host before the call.
timeout: How long a call may take, such as 1.5s.
retries: When and how often a failed call is made again.
attempts: How many times at most.
perTryTimeout: How long one try may take.
retryOn: The failures after which to try again.
fault: Delays and errors that are made on purpose.
delay: Lets requests wait.
abort: Answers with an error.
percentage: The share of requests, from 0 to 100.
percent: The share of requests, from 0 to 100.
fixedDelay: How long to wait.
httpStatus: The status of the answer.
mirror: A service that gets a copy of each request; its answers are not waited for.
mirrors: Services that get copies of requests.
corsPolicy: What browsers may do from pages of other origins.
headers: Headers to compare, or to set, add and remove.
uri: The path of the request.
scheme: The scheme of the request's URL.
method: The method of the request.
authority: The host of the request.
queryParams: Parameters of the query.
sourceLabels: Labels of the caller.
sourceNamespace: The namespace of the caller.
exact: Equal to this.
prefix: Begins with this.
regex: Matches this expression (RE2) as a whole.
exportTo: The namespaces that see it; . for its own, * for all.
trafficPolicy: How callers speak with it.
portLevelSettings: Settings of single ports, in place of the others.
loadBalancer: How an endpoint is chosen for each call.
simple: An algorithm without settings, such as LEAST_REQUEST or ROUND_ROBIN.
consistentHash: Sends what is alike to the same endpoint.
localityLbSetting: How near and far endpoints share the calls.
connectionPool: Limits of connections and requests.
maxConnections: How many connections at most.
connectTimeout: How long making a connection may take.
outlierDetection: Takes endpoints that fail out for a while.
consecutive5xxErrors: How many errors in a row take an endpoint out.
interval: How often it is looked at.
baseEjectionTime: How long an endpoint is out, times how often it was.
maxEjectionPercent: The share of endpoints that may be out at once.
mode: How TLS is spoken.
credentialName: The Secret with the certificate.
sni: The server name that is asked for.
labels: Labels of the workloads that are meant.
selector: Labels of the workloads that it is for.
workloadSelector: Labels of the workloads that it is for.
servers: The ports at which the gateway listens.
port: A port, by its number or with its name and protocol.
number: The number of the port.
protocol: What is spoken at the port, such as HTTP, HTTPS, GRPC, TCP or TLS.
location: Whether the service is inside the mesh or outside.
resolution: How the service's addresses are found: NONE, STATIC or DNS.
endpoints: The addresses of the service.
addresses: The virtual addresses of the service.
address: The address of the workload.
locality: Region, zone and subzone, with slashes between.
serviceAccount: The identity of the workload.
ingress: What the workloads take in.
egress: What the workloads can reach.
outboundTrafficPolicy: What happens with calls of services that are not known.
precedence: The rule with the highest number is looked at first.
circuitBreaker: Limits that keep a service from being overloaded.
loadBalancing: How an endpoint is chosen for each call.
httpReqTimeout: How long a request may take.
httpReqRetries: How often a failed request is made again.
httpFault: Delays and errors that are made on purpose.
useEgressProxy: Whether calls go through the egress gateway.
actions: Handlers with the instances that they get.
handler: The adapter that acts.
instances: What the handler is given.
concurrency: How many threads a proxy has.
environmentVariables: Variables of the proxy.
`);
