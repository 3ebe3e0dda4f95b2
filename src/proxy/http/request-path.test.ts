import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../base/random.js';
import { properCase } from './header-case.js';
import type { PathOptions } from './manager-options.js';
import { readPath } from './request-path.js';

const KEEP: PathOptions = { normalize: false, mergeSlashes: false, escapedSlashes: 'keep' };

test('paths: dots, slashes and escapes are read as Envoy reads them', () => {
  const all: PathOptions = { ...KEEP, normalize: true, mergeSlashes: true };
  const cases: Record<string, string> = {
    '/a/../b//c/%2e%2E/d%2Fe%5c': '/b/d%2Fe%5c',
    '/a/./b/..?x=/../': '/a/?x=/../',
    '/../b': '/b',
    '//a///b?c=//d': '/a/b?c=//d',
    '/%7euser/%41%c3': '/~user/A%c3',
    '/a\\b': '/a/b',
    '/..': '/',
    '/': '/',
  };
  for (const [path, wanted] of Object.entries(cases)) assert.equal(readPath(path, all).path, wanted, path);
  assert.equal(readPath('/a%00b', all).verdict, 'invalid');
  assert.equal(readPath('/a/b', all).verdict, 'unchanged');
});

test('paths: escaped slashes are kept, refused, unescaped or redirected', () => {
  assert.equal(readPath('/a%2Fb', KEEP).verdict, 'unchanged');
  assert.equal(readPath('/a%2Fb', { ...KEEP, escapedSlashes: 'reject' }).verdict, 'invalid');
  const forward = readPath('/a%2Fb%5cc?d=%2f', { ...KEEP, escapedSlashes: 'forward' });
  assert.deepEqual(forward, { verdict: 'changed', path: '/a/b\\c?d=%2f' });
  const redirect = readPath('/a%2fb', { ...KEEP, escapedSlashes: 'redirect' });
  assert.deepEqual(redirect, { verdict: 'redirect', path: '/a/b' });
});

test('paths: normalizing twice changes nothing more, and leaves no dots', () => {
  const random = new SeededRandom(9);
  const parts = ['/', '.', '..', 'a', '%2e', '%41', '\\', '?', '//'];
  const options: PathOptions = { ...KEEP, normalize: true, mergeSlashes: true };
  for (let i = 0; i < 3000; i++) {
    let path = '/';
    for (let n = random.below(8); n > 0; n--) path += parts[random.below(parts.length)];
    const once = readPath(path, options).path;
    assert.equal(readPath(once, options).path, once, path);
    assert.doesNotMatch(once.split('?')[0]!, /(^|\/)\.\.?(\/|$)/, path);
  }
});

test('names in proper case: every word, and nothing of the values', () => {
  assert.equal(properCase('x-a_b: c-d: e\r\nhost: a\r\n'), 'X-A_B: c-d: e\r\nHost: a\r\n');
});
