import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../../base/logger.js';
import { INGRESSES } from '../../../resources/gvr.js';
import type { IngressObject } from '../../../resources/types.js';
import { FakeApi } from '../testing/fake-api.js';
import { IngressStatusController } from './ingress-status-controller.js';

test('an Ingress of our class or of none says where it is served; others are left alone', async () => {
  const clock = new FakeClock();
  const api = new FakeApi(clock);
  const context = { client: api, informers: api.informers, clock, logger: SILENT_LOGGER };
  const controller = new IngressStatusController(context, '127.0.0.1');
  controller.start();
  for (const [name, ingressClassName] of Object.entries({ plain: undefined, ours: 'istio', theirs: 'nginx' })) {
    await api.create<IngressObject>(INGRESSES, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, namespace: 'shop' },
      spec: { ...(ingressClassName && { ingressClassName }) },
    });
  }
  await api.settle(() => controller.idle());
  const { items } = await api.list<IngressObject>(INGRESSES);
  const addresses = items.map(({ status }) => status?.loadBalancer?.ingress?.[0]?.ip);
  assert.deepEqual(addresses, ['127.0.0.1', '127.0.0.1', undefined]);
  await controller.stop();
});
