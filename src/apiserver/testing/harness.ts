import { FakeClock } from '../../base/fake-clock.js';
import type { KubeObject } from '../../resources/object.js';
import { ephemeralStore } from '../../store/open.js';
import type { Store } from '../../store/store.js';
import type { Admission } from '../admission/admission.js';
import { KindTable } from '../kind-table.js';
import { ObjectApi } from '../object-api.js';
import { NAMESPACE, TEST_KINDS } from './kinds.js';

export interface Harness {
  readonly api: ObjectApi;
  readonly store: Store<KubeObject>;
  readonly clock: FakeClock;
}

/** An API on an empty store with the namespace `sea`. */
export async function startApi(admissions: readonly Admission[] = []): Promise<Harness> {
  const store = ephemeralStore<KubeObject>();
  const clock = new FakeClock();
  const api = new ObjectApi({ store, kinds: new KindTable(TEST_KINDS), clock, admissions });
  await api.create(NAMESPACE, { metadata: { name: 'sea' } });
  return { api, store, clock };
}

export function configMap(name: string, data: Record<string, string> = {}, labels?: Record<string, string>) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels && { labels }) }, data };
}

export function sail(name: string, spec: Record<string, unknown> = { area: 10 }) {
  return { apiVersion: 'boats.test/v1', kind: 'Sail', metadata: { name }, spec };
}
