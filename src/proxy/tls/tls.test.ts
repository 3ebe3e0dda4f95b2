import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { inline, TestAuthority, type TestCertificate, tlsCertificate } from '../testing/test-certificates.js';
import { startProxy, type TestProxy } from '../testing/test-proxy.js';

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';
const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3';
const INSPECTOR = 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector';

const ca = new TestAuthority();
const stranger = new TestAuthority('stranger');
const server = ca.issue('server', ['server.test', '*.wild.test']);
const other = ca.issue('other', ['other.test']);
const client = ca.issue('client', ['spiffe://test/client']);

/** A connection manager that answers or forwards. */
function manager(routes: string): string {
  return `- { name: h, typed_config: { "@type": ${HCM}, stat_prefix: h, route_config: { virtual_hosts: [{ name: v, domains: ["*"], routes: ${routes} }] }, http_filters: [{ name: r, typed_config: { "@type": ${ROUTER} } }] } }`;
}

const ANSWER = '[{ match: { prefix: / }, direct_response: { status: 200, body: { inline_string: hello } } }]';

function listener(name: string, chains: string, filters = ''): string {
  return `
  - name: ${name}
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    listener_filters: [${filters}]
    filter_chains:
${chains}`;
}

function chain(context: string, routes = ANSWER, match = '{}'): string {
  return `    - filter_chain_match: ${match}
      transport_socket: { name: tls, typed_config: { "@type": ${TLS}.DownstreamTlsContext, ${context} } }
      filters:
      ${manager(routes)}`;
}

function cluster(name: string, port: number, context: string): string {
  return `
  - name: ${name}
    type: STATIC
    connect_timeout: 2s
    load_assignment: { cluster_name: ${name}, endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }] }] }
    transport_socket: { name: tls, typed_config: { "@type": ${TLS}.UpstreamTlsContext, ${context} } }`;
}

interface Reply {
  readonly text: string;
  readonly error: string;
  readonly protocol: string | false | null;
  readonly subject: string;
  readonly version: string | null;
}

function ask(
  port: number,
  options: { name?: string; as?: TestCertificate; alpn?: string[]; path?: string } = {},
): Promise<Reply> {
  return new Promise((resolve) => {
    let text = '';
    let error = '';
    let subject = '';
    let version: string | null = null;
    const socket: TLSSocket = connect(
      {
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ...(options.name === undefined ? {} : { servername: options.name }),
        ...(options.as === undefined ? {} : options.as),
        ...(options.alpn === undefined ? {} : { ALPNProtocols: options.alpn }),
      },
      () => {
        subject = String(socket.getPeerX509Certificate()?.subject.match(/CN=(.*)/)?.[1]);
        version = socket.getProtocol();
        socket.write(`GET ${options.path ?? '/'} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      },
    );
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('error', (e) => {
      error = e.message;
    });
    socket.on('close', () => resolve({ text, error, protocol: socket.alpnProtocol, subject, version }));
  });
}

describe('TLS from clients', () => {
  let proxy: TestProxy;

  before(async () => {
    const certificate = `tls_certificates: [${tlsCertificate(server)}, ${tlsCertificate(other)}]`;
    const trusted = `trusted_ca: ${inline(ca.cert)}`;
    const validation = `validation_context: { ${trusted}, match_typed_subject_alt_names: [{ san_type: URI, matcher: { prefix: "spiffe://test/" } }] }`;
    proxy = await startProxy(`
static_resources:
  listeners:${listener('plain', chain(`common_tls_context: { alpn_protocols: [http/1.1], ${certificate} }`))}${listener('mutual', chain(`require_client_certificate: true, common_tls_context: { ${certificate}, ${validation} }`))}${listener('optional', chain(`common_tls_context: { ${certificate}, validation_context: { ${trusted} } }`))}${listener(
    'named',
    [
      chain(
        `common_tls_context: { tls_certificates: [${tlsCertificate(server)}] }`,
        ANSWER,
        '{ server_names: [server.test] }',
      ),
      chain(
        `common_tls_context: { tls_certificates: [${tlsCertificate(other)}] }`,
        ANSWER,
        '{ server_names: ["*.test"] }',
      ),
    ].join('\n'),
    `{ name: i, typed_config: { "@type": ${INSPECTOR} } }`,
  )}
`);
  });

  after(() => proxy.close());

  test('the certificate is the one for the name that was asked for, by star too, else the first', async () => {
    const port = proxy.port('plain');
    for (const [name, subject] of [
      ['server.test', 'server'],
      ['other.test', 'other'],
      ['a.wild.test', 'server'],
      ['unknown.test', 'server'],
    ] as const) {
      const reply = await ask(port, { name });
      assert.deepEqual([reply.subject, reply.error], [subject, ''], name);
      assert.match(reply.text, /^HTTP\/1\.1 200 OK[\s\S]*hello$/);
    }
    assert.equal((await ask(port, { alpn: ['h2', 'http/1.1'] })).protocol, 'http/1.1');
  });

  test('a required certificate that is missing, of a stranger, or of another name ends the connection', async () => {
    const port = proxy.port('mutual');
    const prefix = `listener.127.0.0.1_0.ssl`;
    assert.match((await ask(port, { as: client })).text, /200 OK/);
    const before = proxy.stat(`${prefix}.fail_verify_error`);
    assert.equal((await ask(port)).text, '');
    assert.equal((await ask(port, { as: stranger.issue('x', ['spiffe://test/client']) })).text, '');
    assert.equal((await ask(port, { as: ca.issue('x', ['spiffe://elsewhere/client']) })).text, '');
    assert.equal(proxy.stat(`${prefix}.fail_verify_no_cert`), 1);
    assert.equal(proxy.stat(`${prefix}.fail_verify_error`), before + 1);
    assert.equal(proxy.stat(`${prefix}.fail_verify_san`), 1);
  });

  test('a certificate that is not required is checked when it is shown', async () => {
    const port = proxy.port('optional');
    assert.match((await ask(port)).text, /200 OK/);
    assert.match((await ask(port, { as: client })).text, /200 OK/);
    assert.equal((await ask(port, { as: stranger.issue('x', ['spiffe://test/client']) })).text, '');
  });

  test('the filter chain follows the name that an inspector reads', async () => {
    const port = proxy.port('named');
    assert.equal((await ask(port, { name: 'server.test' })).subject, 'server');
    assert.equal((await ask(port, { name: 'x.test' })).subject, 'other');
    assert.equal((await ask(port, { name: 'example.org' })).text, '');
    assert.equal(proxy.stat('tls_inspector.tls_found'), 3);
    assert.equal(proxy.stat('listener.127.0.0.1_0.no_filter_chain_match'), 1);
  });
});

describe('TLS to upstreams', () => {
  let upstream: Server;
  let mutual: Server;
  let proxy: TestProxy;

  before(async () => {
    const serve = (options: object): Server =>
      createServer({ ...server, ALPNProtocols: ['http/1.1'], ...options }, (socket) => {
        socket.on('error', () => {});
        socket.on('data', () => {
          const peer = socket.getPeerX509Certificate()?.subject.match(/CN=(.*)/)?.[1] ?? '-';
          const body = `${String(socket.servername)} ${socket.getProtocol()} ${peer}`;
          socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        });
      });
    upstream = serve({});
    mutual = serve({ requestCert: true, ca: ca.cert });
    const ports = [upstream, mutual].map(
      (one) =>
        new Promise<number>((resolve) => {
          one.listen(0, '127.0.0.1', () => resolve((one.address() as { port: number }).port));
        }),
    );
    const [port = 0, mutualPort = 0] = await Promise.all(ports);
    const trusted = `trusted_ca: ${inline(ca.cert)}`;
    const route = (path: string): string => `{ match: { prefix: /${path} }, route: { cluster: ${path} } }`;
    const names = ['good', 'badname', 'stranger', 'client', 'hash', 'badhash', 'untrusted', 'modern'];
    proxy = await startProxy(`
static_resources:
  listeners:
  - name: l
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - transport_socket: { name: tls, typed_config: { "@type": ${TLS}.DownstreamTlsContext, common_tls_context: { tls_certificates: [${tlsCertificate(server)}] } } }
      filters:
      ${manager(`[${names.map(route).join(', ')}]`)}
  clusters:${cluster('good', port, `sni: server.test, common_tls_context: { validation_context: { ${trusted}, match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: server.test } }] } }`)}${cluster('badname', port, `common_tls_context: { validation_context: { ${trusted}, match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: x.test } }] } }`)}${cluster('stranger', port, `common_tls_context: { validation_context: { trusted_ca: ${inline(stranger.cert)} } }`)}${cluster('client', mutualPort, `common_tls_context: { tls_certificates: [${tlsCertificate(client)}], validation_context: { ${trusted} } }`)}${cluster('hash', port, `common_tls_context: { validation_context: { verify_certificate_hash: ["${fingerprint(server)}"] } }`)}${cluster('badhash', port, `common_tls_context: { validation_context: { verify_certificate_hash: ["${fingerprint(other)}"] } }`)}${cluster('untrusted', port, `common_tls_context: { validation_context: { trusted_ca: ${inline(stranger.cert)}, trust_chain_verification: ACCEPT_UNTRUSTED } }`)}${cluster('modern', port, 'common_tls_context: { tls_params: { tls_maximum_protocol_version: TLSv1_3 } }')}
`);
  });

  after(async () => {
    await proxy.close();
    upstream.close();
    mutual.close();
  });

  const through = async (path: string): Promise<string> => (await ask(proxy.port('l'), { path: `/${path}` })).text;

  test('a name is sent, the chain and the names are checked, and a client certificate is shown', async () => {
    assert.match(await through('good'), /200 OK[\s\S]*server\.test TLSv1\.2 -$/);
    assert.match(await through('client'), /200 OK[\s\S]*false TLSv1\.2 client$/);
    assert.match(await through('hash'), /200 OK/);
    assert.match(await through('untrusted'), /200 OK/);
    assert.match(await through('modern'), /false TLSv1\.3 -$/);
    assert.equal(proxy.stat('cluster.good.ssl.handshake'), 1);
    assert.equal(proxy.stat('cluster.good.ssl.versions.TLSv1.2'), 1);
    assert.equal(proxy.stat('cluster.good.ssl.curves.X25519'), 1);
  });

  test('an upstream that does not prove who it is gets no request', async () => {
    for (const [path, stat] of [
      ['badname', 'fail_verify_san'],
      ['stranger', 'fail_verify_error'],
      ['badhash', 'fail_verify_cert_hash'],
    ] as const) {
      assert.match(await through(path), /503 Service Unavailable[\s\S]*reset reason: remote connection failure/, path);
      assert.equal(proxy.stat(`cluster.${path}.ssl.${stat}`), 1, path);
      assert.equal(proxy.stat(`cluster.${path}.upstream_cx_connect_fail`), 1, path);
    }
  });

  test('a session is used again', async () => {
    await through('modern');
    await through('modern');
    assert.ok(proxy.stat('cluster.modern.upstream_cx_total') >= 1);
  });
});

function fingerprint({ cert }: TestCertificate): string {
  return new X509Certificate(cert).fingerprint256;
}
