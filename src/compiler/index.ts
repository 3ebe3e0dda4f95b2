export { compile } from './compile.js';
export { meshOf } from './model/mesh.js';
export { type ProxyNode, proxyOf } from './model/proxy.js';
export { snapshotOfFiles } from './offline/snapshot-of-files.js';
export { DEFAULT_MESH_CONFIG, EMPTY_SNAPSHOT, type MeshConfig, type MeshSnapshot, type ObjectRef } from './snapshot.js';
export { SNAPSHOT_KINDS, type SnapshotList, snapshotOf } from './snapshot-kinds.js';
export { type Condition, type ResourceStatus, statuses } from './statuses.js';
export { contextOf, type TranslateContext, type Translation, translate } from './translate/index.js';
export type { ResourceSet, XdsResource } from './xds/resource.js';
