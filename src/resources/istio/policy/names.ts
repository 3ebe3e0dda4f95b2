/** Kinds of handlers, and of what they are sent: Mixer's adapters and templates that this mesh has. */
export const HANDLER_KINDS = [
  'denier',
  'listchecker',
  'memquota',
  'redisquota',
  'prometheus',
  'stdio',
  'fluentd',
  'kubernetesenv',
  'noop',
] as const;
export const INSTANCE_KINDS = [
  'checknothing',
  'listentry',
  'quota',
  'metric',
  'logentry',
  'tracespan',
  'reportnothing',
  'kubernetes',
] as const;

export type HandlerKind = (typeof HANDLER_KINDS)[number];
export type InstanceKind = (typeof INSTANCE_KINDS)[number];

/** What Istio 0.7 has besides and this mesh does not serve. */
export const UNSERVED_POLICY_KINDS = [
  'circonus',
  'opa',
  'rbac',
  'servicecontrol',
  'solarwinds',
  'stackdriver',
  'statsd',
  'apikey',
  'authorization',
  'servicecontrolreport',
  'ServiceRole',
  'ServiceRoleBinding',
] as const;

/** Which instances a handler can be sent. */
export const INSTANCES_OF_HANDLER: Readonly<Record<HandlerKind, readonly InstanceKind[]>> = {
  denier: ['checknothing', 'listentry', 'quota'],
  listchecker: ['listentry'],
  memquota: ['quota'],
  redisquota: ['quota'],
  prometheus: ['metric'],
  stdio: ['logentry', 'metric'],
  fluentd: ['logentry'],
  kubernetesenv: ['kubernetes'],
  noop: ['checknothing', 'reportnothing', 'listentry', 'logentry', 'metric', 'quota', 'tracespan'],
};

/** `name.kind` or `name.kind.namespace`, as rules name handlers and instances. */
export interface PolicyName {
  readonly name: string;
  readonly kind: string;
  readonly namespace: string;
}

/** Undefined where it has not two or three parts. */
export function parsePolicyName(text: string, namespace: string): PolicyName | undefined {
  const [name, kind, own, ...more] = text.split('.');
  if (!name || !kind || own === '' || more.length > 0) return undefined;
  return { name, kind, namespace: own ?? namespace };
}

export function fullName({ name, kind, namespace }: PolicyName): string {
  return `${name}.${kind}.${namespace}`;
}
