import { DEPLOYMENT } from './apps/deployment/index.js';
import { REPLICA_SET } from './apps/replica-set/index.js';
import { LEASE } from './coordination/lease/index.js';
import { CONFIG_MAP } from './core/config-map/index.js';
import { ENDPOINTS } from './core/endpoints/index.js';
import { EVENT } from './core/event/index.js';
import { NAMESPACE } from './core/namespace/index.js';
import { NODE } from './core/node/index.js';
import { POD } from './core/pod/index.js';
import { SECRET } from './core/secret/index.js';
import { SERVICE } from './core/service/index.js';
import { SERVICE_ACCOUNT } from './core/service-account/index.js';
import { ENDPOINT_SLICE } from './discovery/endpoint-slice/index.js';
import { ISTIO_KINDS } from './istio/index.js';
import type { KindDefinition } from './kind.js';
import { INGRESS } from './networking/ingress/index.js';
import { INGRESS_CLASS } from './networking/ingress-class/index.js';

/** Every kind that the API server serves. */
export const KINDS: readonly KindDefinition[] = [
  CONFIG_MAP,
  ENDPOINTS,
  EVENT,
  NAMESPACE,
  NODE,
  POD,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
  DEPLOYMENT,
  REPLICA_SET,
  LEASE,
  ENDPOINT_SLICE,
  INGRESS,
  INGRESS_CLASS,
  ...ISTIO_KINDS,
];
