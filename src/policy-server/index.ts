export type { PolicyDirectory } from './directory.js';
export { PolicyServer } from './policy-server.js';
export { RemoteQuotas } from './remote-quotas.js';
