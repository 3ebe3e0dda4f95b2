import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coversHost } from './alt-name-matcher.js';
import { parseSubjectAltNames } from './subject-alt-names.js';

test('alternative names are read by kind; a name in quotes cannot pose as several', () => {
  const names = parseSubjectAltNames(
    'DNS:a.example, URI:spiffe://b/c, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1, email:x@y.z, DNS:"evil, DNS:b.example", othername:<unsupported>',
  );
  assert.deepEqual(names.dns, ['a.example', 'evil, DNS:b.example']);
  assert.deepEqual(names.uri, ['spiffe://b/c']);
  assert.deepEqual(names.ip, ['10.0.0.1', '2001:db8::1']);
  assert.deepEqual(names.email, ['x@y.z']);
  assert.deepEqual(parseSubjectAltNames(undefined).all, []);
});

test('a star in a certificate stands for one label', () => {
  assert.ok(coversHost('*.example', 'a.example'));
  assert.ok(!coversHost('*.example', 'a.b.example'));
  assert.ok(!coversHost('*.example', '.example'));
  assert.ok(!coversHost('*.example', 'example'));
});
