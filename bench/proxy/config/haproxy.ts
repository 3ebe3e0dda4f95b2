import { type ContenderPaths, type ProxySetup, REGEX_ROUTES, VARIANT_HEADER, variantRegex } from '../setup.js';

/** The certificate file must hold the key, too. */
export function haproxyConfig(setup: ProxySetup, { port, upstreamPort }: ContenderPaths, pem: string): string {
  const { certificate } = setup.certificate;
  const bind = { http1: '', tls: ` ssl crt ${pem}`, http2: ' proto h2' }[setup.downstream];
  const server = {
    http1: '',
    tls: ` ssl verify required ca-file ${certificate} sni str(bench.example)`,
    http2: ' proto h2',
  }[setup.upstream];
  const routes =
    setup.routes === 'one'
      ? []
      : Array.from(
          { length: REGEX_ROUTES },
          (_, i) => `  use_backend upstream if { req.hdr(${VARIANT_HEADER}) -m reg ^${variantRegex(i)}$ }`,
        );
  const others = Array.from(
    { length: setup.otherHosts },
    (_, i) => `  use_backend upstream if { req.hdr(host) -i other-${i}.example }`,
  );
  return `
global
  nbthread 1
  maxconn 8192
${setup.accessLog ? '  log stdout format raw local0' : ''}
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 1s
  http-reuse always
${setup.accessLog ? '  log global\n  option httplog' : ''}
frontend bench
  bind 127.0.0.1:${port}${bind}
  http-request set-header X-Request-Id %[uuid()]
${[...others, ...routes].join('\n')}
  default_backend upstream
backend upstream
  server one 127.0.0.1:${upstreamPort}${server}
`;
}
