import type { KindDefinition } from '../kind.js';
import { destinationPolicy } from './destinationpolicy/index.js';
import { destinationRule } from './destinationrule/index.js';
import { egressRule } from './egressrule/index.js';
import { envoyFilter } from './envoyfilter/index.js';
import { gateway } from './gateway/index.js';
import { POLICY_KIND_DEFINITIONS } from './policy/index.js';
import { proxyConfig } from './proxyconfig/index.js';
import { routeRule } from './routerule/index.js';
import { serviceEntry } from './serviceentry/index.js';
import { sidecar } from './sidecar/index.js';
import { virtualService } from './virtualservice/index.js';
import { workloadEntry } from './workloadentry/index.js';
import { workloadGroup } from './workloadgroup/index.js';

/** Every Istio kind that does something in this mesh. A kind that the compiler does not read is not served. */
export const ISTIO_KINDS: readonly KindDefinition[] = [
  routeRule,
  destinationPolicy,
  egressRule,
  virtualService,
  destinationRule,
  gateway,
  serviceEntry,
  workloadEntry,
  workloadGroup,
  proxyConfig,
  ...POLICY_KIND_DEFINITIONS,
  sidecar,
  envoyFilter,
];
