import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import type { KubeObject } from '../../resources/object.js';
import { KINDS } from '../../resources/registry.js';
import { ephemeralStore } from '../../store/open.js';
import { KindTable } from '../kind-table.js';
import { ObjectApi } from '../object-api.js';
import { RbacAuthorizer } from './rbac.js';

const GROUP = 'rbac.authorization.k8s.io';

async function authorizer(): Promise<RbacAuthorizer> {
  const store = ephemeralStore<KubeObject>();
  const api = new ObjectApi({ store, kinds: new KindTable(KINDS), clock: new FakeClock() });
  await api.create({ group: '', version: 'v1', resource: 'namespaces' }, { metadata: { name: 'shop' } });
  const put = (resource: string, object: object, namespace?: string) =>
    api.create({ group: GROUP, version: 'v1', resource }, object, namespace);
  await put('clusterroles', {
    metadata: { name: 'reader' },
    rules: [
      { apiGroups: [''], resources: ['pods', '*/log'], verbs: ['get', 'list'] },
      { nonResourceURLs: ['/metrics/*'], verbs: ['get'] },
    ],
  });
  await put(
    'roles',
    {
      metadata: { name: 'one' },
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['cart'], verbs: ['*'] }],
    },
    'shop',
  );
  const roleRef = (kind: string, name: string) => ({ apiGroup: GROUP, kind, name });
  await put('clusterrolebindings', {
    metadata: { name: 'readers' },
    roleRef: roleRef('ClusterRole', 'reader'),
    subjects: [{ kind: 'Group', name: 'staff' }],
  });
  await put(
    'rolebindings',
    {
      metadata: { name: 'bot' },
      roleRef: roleRef('Role', 'one'),
      subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'shop' }],
    },
    'shop',
  );
  return new RbacAuthorizer(store);
}

const ANN = { name: 'ann', groups: ['staff'] };
const BOT = { name: 'system:serviceaccount:shop:bot', groups: ['system:serviceaccounts'] };

test('only what a rule grants is allowed, where it grants it', async () => {
  const rbac = await authorizer();
  const may = (
    user: typeof ANN,
    verb: string,
    group: string,
    resource: string,
    namespace?: string,
    name?: string,
  ): boolean =>
    rbac.authorize({ user, verb, group, resource, ...(namespace && { namespace }), ...(name && { name }) }).allowed;
  assert.equal(may(ANN, 'get', '', 'pods', 'shop', 'a'), true);
  assert.equal(may(ANN, 'list', '', 'pods'), true);
  assert.equal(may(ANN, 'get', '', 'pods/log', 'shop', 'a'), true);
  assert.equal(may(ANN, 'delete', '', 'pods', 'shop', 'a'), false);
  assert.equal(may(ANN, 'get', '', 'pods/exec', 'shop', 'a'), false);
  assert.equal(may(ANN, 'get', 'apps', 'pods', 'shop', 'a'), false);
  assert.equal(may(BOT, 'patch', 'apps', 'deployments', 'shop', 'cart'), true);
  assert.equal(may(BOT, 'patch', 'apps', 'deployments', 'shop', 'web'), false);
  assert.equal(may(BOT, 'patch', 'apps', 'deployments', 'other', 'cart'), false);
  assert.equal(may({ name: 'root', groups: ['system:masters'] }, 'delete', '', 'nodes'), true);
  const path = (user: typeof ANN, at: string): boolean =>
    rbac.authorize({ user, verb: 'get', group: '', resource: '', path: at }).allowed;
  assert.equal(path(ANN, '/metrics/cadvisor'), true);
  assert.equal(path(BOT, '/metrics/cadvisor'), false);
});

test('the reason names the binding', async () => {
  const rbac = await authorizer();
  const { reason } = rbac.authorize({ user: ANN, verb: 'get', group: '', resource: 'pods' });
  assert.equal(reason, 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to ann');
});
