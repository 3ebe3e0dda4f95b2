import type { KubeObject } from '../../resources/object.js';
import type { MeshConfig, MeshSnapshot } from '../snapshot.js';
import { snapshotOf } from '../snapshot-kinds.js';
import { ImaginedAddresses, imaginedPods } from './imagined-pods.js';
import { addressedServices, imaginedEndpoints } from './imagined-services.js';
import { storageForm } from './storage-form.js';

/**
 * The mesh that files would bring about if they were applied to an empty cluster: their objects with defaults, a ready pod for each
 * workload, and addresses and endpoints for the services.
 */
export function snapshotOfFiles(objects: readonly KubeObject[], config: Partial<MeshConfig> = {}): MeshSnapshot {
  const stored = objects.map(storageForm);
  const addresses = new ImaginedAddresses();
  const pods = imaginedPods(stored, addresses);
  const services = addressedServices(
    stored.filter(({ kind }) => kind === 'Service'),
    addresses,
  );
  const written = stored.filter(({ kind }) => kind === 'Endpoints');
  const others = stored.filter(({ kind }) => kind !== 'Service' && kind !== 'Pod');
  return snapshotOf([...others, ...pods, ...services, ...imaginedEndpoints(services, pods, written)], config);
}
