import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Caller, valueAt } from './caller.js';
import { startApiServer } from './server.js';

const MAPS = '/api/v1/namespaces/default/secrets';
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { word: 'open sesame' } };

test('audit: who did what to which object, and how it ended', async (t) => {
  const lines: string[] = [];
  const { kubeconfig } = await startApiServer(t, undefined, false, (line) => lines.push(line));
  const caller = new Caller(t, kubeconfig);
  await caller.call('POST', MAPS, SECRET);
  await caller.call('DELETE', `${MAPS}/none`, undefined, { 'impersonate-user': 'eve' });
  await caller.call('GET', `${MAPS}?labelSelector=a%3Db`);
  await caller.call('GET', '/version');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(events.length, 4);
  const [created, refused, listed, version] = events;
  const expected: readonly (readonly [unknown, Readonly<Record<string, unknown>>])[] = [
    [
      created,
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        stage: 'ResponseComplete',
        verb: 'create',
        requestURI: MAPS,
        'user.username': 'admin',
        'objectRef.resource': 'secrets',
        'objectRef.namespace': 'default',
        'objectRef.name': 'key',
        'objectRef.apiVersion': 'v1',
        'responseStatus.code': 201,
        'sourceIPs.0': '127.0.0.1',
      },
    ],
    [
      refused,
      {
        verb: 'delete',
        'user.username': 'admin',
        'impersonatedUser.username': 'eve',
        'objectRef.name': 'none',
        'responseStatus.code': 404,
        'responseStatus.reason': 'NotFound',
      },
    ],
    [listed, { verb: 'list', requestURI: `${MAPS}?labelSelector=a%3Db`, 'responseStatus.code': 200 }],
    [version, { verb: 'get', requestURI: '/version', objectRef: undefined }],
  ];
  for (const [event, fields] of expected) {
    for (const [path, value] of Object.entries(fields)) assert.deepEqual(valueAt(event, path), value, path);
  }
  assert.match(String(created?.['requestReceivedTimestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(new Set(events.map(({ auditID }) => auditID)).size, 4);
  assert.ok(!lines.join('').includes('sesame'), 'nothing of what is secret');
});
