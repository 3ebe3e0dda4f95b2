import type { Gvr } from '../../resources/object.js';

export const PODS: Gvr = { group: '', version: 'v1', resource: 'pods' };
export const NODES: Gvr = { group: '', version: 'v1', resource: 'nodes' };
export const EVENTS: Gvr = { group: '', version: 'v1', resource: 'events' };
export const SERVICES: Gvr = { group: '', version: 'v1', resource: 'services' };
export const CONFIG_MAPS: Gvr = { group: '', version: 'v1', resource: 'configmaps' };
export const SECRETS: Gvr = { group: '', version: 'v1', resource: 'secrets' };
export const LEASES: Gvr = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
