import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { FakeClock } from '../base/fake-clock.js';
import { ensurePki, RENEW_BEFORE_MS, SERVER_LIFETIME_MS } from './pki.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trysail-pki-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Real time, because TLS looks at it. */
const clockNow = (): FakeClock => new FakeClock(Date.now());

test('PKI: a client that trusts the CA reaches the server under all its names, and no other', async () => {
  const pki = ensurePki(folder, { clock: clockNow(), serverNames: ['10.96.0.1'] });
  const server = createServer({ cert: pki.serverCert, key: pki.serverKey }, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const servername of ['localhost', 'kubernetes.default.svc']) {
    const socket = connect({ port, host: '127.0.0.1', ca: pki.caCert, servername });
    await once(socket, 'secureConnect');
    assert.equal(socket.authorized, true);
    socket.destroy();
  }
  const stranger = connect({ port, host: '127.0.0.1', ca: pki.caCert, servername: 'example.org' });
  const [error] = await once(stranger, 'error').catch((thrown: unknown) => [thrown]);
  assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  server.close();
  const certificate = new X509Certificate(pki.serverCert);
  for (const ip of ['127.0.0.1', '::1', '10.96.0.1']) assert.equal(certificate.checkIP(ip), ip);
});

test('PKI: the certificates say what they may be used for', () => {
  const pki = ensurePki(folder, { clock: clockNow() });
  const ca = new X509Certificate(pki.caCert);
  const server = new X509Certificate(pki.serverCert);
  assert.equal(ca.ca, true);
  assert.equal(server.ca, false);
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.equal(server.checkIssued(ca), true);
  assert.equal(server.verify(ca.publicKey), true);
});

test('PKI: what is there and good stays', () => {
  const clock = clockNow();
  const first = ensurePki(folder, { clock });
  clock.advance(SERVER_LIFETIME_MS - RENEW_BEFORE_MS - 1_000);
  assert.deepEqual(ensurePki(folder, { clock }), first);
});

test('PKI: a certificate is renewed before it expires, under the same CA', () => {
  const clock = clockNow();
  const first = ensurePki(folder, { clock });
  clock.advance(SERVER_LIFETIME_MS - RENEW_BEFORE_MS + 1_000);
  const second = ensurePki(folder, { clock });
  assert.equal(second.caCert, first.caCert);
  assert.notEqual(second.serverCert, first.serverCert);
  assert.ok(Date.parse(new X509Certificate(second.serverCert).validTo) > clock.now() + RENEW_BEFORE_MS);
});

test('PKI: a new name and a damaged file each give a new server certificate', () => {
  const clock = clockNow();
  const first = ensurePki(folder, { clock });
  const second = ensurePki(folder, { clock, serverNames: ['mesh.example.org'] });
  assert.notEqual(second.serverCert, first.serverCert);
  assert.equal(new X509Certificate(second.serverCert).checkHost('mesh.example.org'), 'mesh.example.org');
  truncateSync(join(folder, 'server.crt'), 100);
  assert.notEqual(ensurePki(folder, { clock }).serverCert, second.serverCert);
});

test('PKI: only the user can read the files', () => {
  ensurePki(folder, { clock: clockNow() });
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const files = readdirSync(folder).sort();
  assert.deepEqual(files, [
    'admin.token',
    'ca.crt',
    'ca.key',
    'node.token',
    'server.crt',
    'server.key',
    'service-accounts.secret',
  ]);
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
});
