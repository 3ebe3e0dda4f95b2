import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StatusError } from '../status-error.js';
import { PODS } from '../testing/kinds.js';
import { parseFieldSelector } from './field-selector.js';
import { parseLabelSelector } from './label-selector.js';

const labels = { app: 'shop', tier: 'web', 'example.com/team': 'a' };

test('label selectors: every form', () => {
  const cases: [selector: string, matches: boolean][] = [
    ['', true],
    ['app=shop', true],
    ['app==shop,tier=web', true],
    ['app!=shop', false],
    ['missing!=x', true],
    ['tier in (web, db)', true],
    ['tier in (db)', false],
    ['tier notin (db),app', true],
    ['missing notin (x)', true],
    ['!missing', true],
    ['!app', false],
    ['example.com/team=a', true],
    ['app in (shop,cart),tier', true],
  ];
  for (const [selector, matches] of cases) assert.equal(parseLabelSelector(selector)(labels), matches, selector);
});

test('label selectors: broken ones are BadRequest', () => {
  for (const selector of ['a=b=c', 'a in', 'a in b', '=x', 'a in (b', '???']) {
    assert.throws(() => parseLabelSelector(selector), { code: 'BadRequest' }, selector);
  }
});

test('label selectors: any text parses or is BadRequest', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseLabelSelector(text)(labels);
      } catch (error) {
        assert.ok(error instanceof StatusError);
      }
    }),
  );
});

test('field selectors: common and own fields, and their negation', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'sea' }, spec: { nodeName: 'n' } };
  const matches = (selector: string): boolean => parseFieldSelector(selector, PODS)(pod);
  assert.equal(matches('metadata.name=p,metadata.namespace==sea,spec.nodeName!=m'), true);
  assert.equal(matches('spec.nodeName='), false);
  assert.throws(() => matches('spec.colour=red'), { message: /field label not supported: spec.colour/ });
  assert.throws(() => matches('nonsense'), { code: 'BadRequest' });
});
