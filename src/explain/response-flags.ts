/** What a response flag of Envoy's access log means, and what to look at. */
export interface FlagMeaning {
  readonly cause: string;
  readonly next: string;
}

/** The flags that this mesh's proxies and Envoy write (Envoy: "Access logging", RESPONSE_FLAGS). */
export const RESPONSE_FLAGS: Readonly<Record<string, FlagMeaning>> = {
  UH: {
    cause: 'the cluster has no healthy endpoint',
    next: 'Is a pod of the subset ready? See trysail proxy-config endpoint.',
  },
  UF: {
    cause: 'no connection to the endpoint came about',
    next: 'Does the program listen on the port, and on all addresses?',
  },
  UO: {
    cause: 'a circuit breaker was open: too many connections or requests',
    next: 'See connectionPool of the DestinationRule.',
  },
  NR: { cause: 'no route, or no filter chain, fits the request', next: 'Ask trysail explain which rules were tried.' },
  NC: {
    cause: 'the route names a cluster that is not there',
    next: 'Does the destination, with its subset and port, exist?',
  },
  URX: { cause: 'all retries were used up', next: 'See what the endpoint answers.' },
  UT: {
    cause: 'the endpoint did not answer within the timeout',
    next: "See timeout of the rule, and the endpoint's own log.",
  },
  UC: {
    cause: 'the endpoint ended the connection before it had answered',
    next: "Did its program crash? See the pod's log.",
  },
  UR: { cause: 'the endpoint reset the request', next: "See the endpoint's own log." },
  UPE: {
    cause: 'the endpoint did not speak HTTP as it must',
    next: 'Is the protocol of the port (its name or appProtocol) right?',
  },
  UMSDR: { cause: 'the request lasted longer than it may', next: 'See maxStreamDuration of the route.' },
  DC: {
    cause: 'the caller went away before the answer',
    next: "Is the caller's own timeout shorter than the answer takes?",
  },
  DPE: { cause: 'the caller did not speak HTTP as it must', next: 'What did the caller send?' },
  DT: { cause: 'the request or connection lasted longer than it may', next: 'See the limits of the listener.' },
  DI: { cause: 'a fault held the request up', next: 'That is what the fault of the rule asks for.' },
  FI: { cause: 'a fault answered it', next: 'That is what the fault of the rule asks for.' },
  RL: { cause: 'a quota or rate limit is used up', next: 'See the quota and its limit.' },
  UAEX: { cause: 'a policy refused it', next: 'The body of the answer names the rule.' },
  RLSE: { cause: 'the rate limit service could not be asked', next: 'Is the service there?' },
  LR: { cause: 'the proxy itself reset it', next: "See the proxy's log." },
  LH: { cause: 'the health check of the proxy itself failed it', next: 'See /healthcheck of its admin interface.' },
  IH: { cause: 'a header that only the mesh may set was wrong', next: 'See x-envoy-… headers of the caller.' },
  SI: { cause: 'nothing happened on the request for too long', next: 'See the idle timeout.' },
  OM: { cause: 'the proxy has too much to do', next: 'See overload in its statistics.' },
  DF: {
    cause: 'the name of the destination could not be looked up',
    next: 'Does the host of the ServiceEntry resolve?',
  },
  NFCF: { cause: 'the configuration of a filter is not there', next: 'See trysail proxy-status.' },
};
