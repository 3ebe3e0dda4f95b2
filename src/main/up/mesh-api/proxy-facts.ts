import { TYPE_URL } from '../../../xds/server/source.js';
import type { ProxyState, TypeSync } from '../proxy-states.js';
import { proxyName, shortType } from './proxy-names.js';

/** What `trysail proxy-status` shows of a proxy. */
export interface ProxyFacts {
  /** The xDS node's. */
  readonly id: string;
  readonly pod: string;
  readonly namespace: string;
  readonly kind: string;
  /** Of the program, as it says. */
  readonly version: string;
  readonly connectedAt: string;
  readonly types: readonly TypeFacts[];
}

export interface TypeFacts {
  /** `CDS` */
  readonly type: string;
  readonly state: 'SYNCED' | 'STALE' | 'ERROR' | 'NOT SENT';
  readonly sentAt?: string;
  /** The proxy's words, in an ERROR, and which resources it was sent. */
  readonly message?: string;
  readonly resources?: readonly string[];
}

const SHOWN_TYPES = [TYPE_URL.cluster, TYPE_URL.listener, TYPE_URL.endpoint, TYPE_URL.route, TYPE_URL.secret];

export function proxyFacts({ id, node, connectedAt_ms, types }: ProxyState): ProxyFacts {
  const [kind = ''] = id.split('~');
  const name = proxyName(id);
  const dot = name.lastIndexOf('.');
  const urls = [...new Set([...SHOWN_TYPES, ...types.keys()])];
  return {
    id,
    pod: dot < 0 ? name : name.slice(0, dot),
    namespace: dot < 0 ? '' : name.slice(dot + 1),
    kind,
    version: versionOf(node),
    connectedAt: new Date(connectedAt_ms).toISOString(),
    types: urls.map((typeUrl) => typeFacts(typeUrl, types.get(typeUrl))),
  };
}

function typeFacts(typeUrl: string, sync: TypeSync | undefined): TypeFacts {
  const type = shortType(typeUrl);
  if (sync === undefined) return { type, state: 'NOT SENT' };
  const { rejection, sent, answered } = sync;
  return {
    type,
    state: rejection ? 'ERROR' : answered < sent ? 'STALE' : 'SYNCED',
    sentAt: new Date(sync.sentAt_ms).toISOString(),
    ...(rejection && { message: rejection.message, resources: rejection.resources.map(({ name }) => name) }),
  };
}

function versionOf({ metadata, userAgentName, userAgentVersionType }: ProxyState['node']): string {
  const own = metadata?.['ISTIO_VERSION'];
  if (typeof own === 'string') return own;
  if (userAgentVersionType.case === 'userAgentVersion') return `${userAgentName}-${userAgentVersionType.value}`;
  const built = userAgentVersionType.case === 'userAgentBuildVersion' ? userAgentVersionType.value.version : undefined;
  if (built) return `${userAgentName}-${built.majorNumber}.${built.minorNumber}.${built.patch}`;
  return userAgentName;
}
