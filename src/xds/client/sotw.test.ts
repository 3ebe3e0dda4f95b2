import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { ClusterSchema } from '../types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { DiscoveryResponseSchema, ResourceSchema } from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { readState } from './sotw-update.js';
import { SotwWire } from './sotw-wire.js';
import { TypeSubscription } from './type-subscription.js';
import { remember } from './xds-client.js';

const TYPE = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';

const cluster = (name: string, altStatName = '') => ({
  typeUrl: TYPE,
  value: toBinary(ClusterSchema, create(ClusterSchema, { altStatName, name })),
});
const response = (versionInfo: string, nonce: string, ...resources: { typeUrl: string; value: Uint8Array }[]) =>
  create(DiscoveryResponseSchema, { typeUrl: TYPE, versionInfo, nonce, resources });

function wildcard(): TypeSubscription {
  const subscription = new TypeSubscription(TYPE);
  subscription.want('*');
  return subscription;
}

test('state of the world: what did not change is left out, and what is missing is removed', () => {
  const subscription = wildcard();
  const first = readState(response('1', 'a', cluster('a'), cluster('b')), subscription);
  assert.deepEqual(
    first.resources.map(({ name, version }) => [name, version]),
    [
      ['a', '1'],
      ['b', '1'],
    ],
  );
  remember(subscription, first, { accept: true });
  const second = readState(response('2', 'b', cluster('a'), cluster('c')), subscription);
  assert.deepEqual([second.resources.map(({ name }) => name), second.removed], [['c'], ['b']]);
});

test('state of the world: what was refused comes again', () => {
  const subscription = wildcard();
  const update = readState(response('1', 'a', cluster('a'), cluster('b')), subscription);
  remember(subscription, update, { reject: 'b is bad', rejected: ['b'] });
  const again = readState(response('2', 'b', cluster('a'), cluster('b')), subscription);
  assert.deepEqual([again.resources.map(({ name }) => name), again.removed], [['b'], []]);
});

test('state of the world: a resource may come in a wrapper; twice, of another type or broken it is refused', () => {
  const wrapper = create(ResourceSchema, { name: 'a', resource: cluster('a') });
  const wrapped = {
    typeUrl: `type.googleapis.com/${ResourceSchema.typeName}`,
    value: toBinary(ResourceSchema, wrapper),
  };
  assert.equal(readState(response('1', 'a', wrapped), wildcard()).resources[0]?.name, 'a');
  assert.throws(() => readState(response('1', 'a', wrapped, cluster('a')), wildcard()), /duplicate resource "a"/);
  const foreign = { ...cluster('a'), typeUrl: 'type.googleapis.com/x.Y' };
  assert.throws(() => readState(response('1', 'a', foreign), wildcard()), /is a type.googleapis.com\/x.Y/);
  const broken = { typeUrl: TYPE, value: new Uint8Array([0x0a, 0x7f, 1]) };
  assert.throws(() => readState(response('1', 'a', broken), wildcard()), /cannot be decoded/);
});

test('state of the world: requests say the version that was taken, the last nonce of their stream and all names', () => {
  const wire = new SotwWire(false);
  const subscription = new TypeSubscription(TYPE);
  subscription.want(['a', 'b']);
  subscription.streamStarted();
  const said = ({
    versionInfo,
    responseNonce,
    resourceNames,
    errorDetail,
  }: NonNullable<ReturnType<typeof wire.change>>) => [
    versionInfo,
    responseNonce,
    resourceNames.join(','),
    errorDetail?.message,
  ];
  assert.deepEqual(said(wire.change(subscription)!), ['', '', 'a,b', undefined]);
  assert.deepEqual(said(wire.answer(response('1', 'n1'), subscription, { accept: true })), [
    '1',
    'n1',
    'a,b',
    undefined,
  ]);
  subscription.want(['a']);
  assert.deepEqual(said(wire.answer(response('2', 'n2'), subscription, { reject: 'bad' })), ['1', 'n2', 'a', 'bad']);
  assert.equal(wire.change(subscription), undefined, 'the answer said it already');
  wire.streamStarted();
  subscription.streamStarted();
  assert.deepEqual(said(wire.change(subscription)!), ['1', '', 'a', undefined]);
});
