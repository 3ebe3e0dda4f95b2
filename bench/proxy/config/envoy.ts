import { join } from 'node:path';
import { type ContenderPaths, type ProxySetup, REGEX_ROUTES, VARIANT_HEADER, variantRegex } from '../setup.js';

type Json = Readonly<Record<string, unknown>>;

const EXTENSIONS = 'type.googleapis.com/envoy.extensions';
const RETRY = { retry_on: 'connect-failure,refused-stream', num_retries: 2 };

/** One listener and one cluster, with retries, the fault filter and statistics: Envoy and Trysail run the same file. */
export function envoyBootstrap(setup: ProxySetup, paths: ContenderPaths): Json {
  return { static_resources: { listeners: [listener(setup, paths)], clusters: [cluster(setup, paths)] } };
}

function listener(setup: ProxySetup, { port, folder }: ContenderPaths): Json {
  const chain = {
    filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager(setup, folder) }],
    ...(setup.downstream === 'tls' && {
      transport_socket: tlsSocket('DownstreamTlsContext', {
        common_tls_context: {
          tls_certificates: [
            {
              certificate_chain: { filename: setup.certificate.certificate },
              private_key: { filename: setup.certificate.key },
            },
          ],
        },
      }),
    }),
  };
  return { name: 'bench', address: address(port), filter_chains: [chain] };
}

function manager(setup: ProxySetup, folder: string): Json {
  return {
    '@type': `${EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'bench',
    ...(setup.downstream === 'http2' && { codec_type: 'HTTP2' }),
    ...(setup.accessLog && {
      access_log: [
        {
          name: 'envoy.access_loggers.file',
          typed_config: {
            '@type': `${EXTENSIONS}.access_loggers.file.v3.FileAccessLog`,
            path: join(folder, 'access.log'),
          },
        },
      ],
    }),
    route_config: { name: 'bench', virtual_hosts: virtualHosts(setup) },
    http_filters: [
      {
        name: 'envoy.filters.http.fault',
        typed_config: { '@type': `${EXTENSIONS}.filters.http.fault.v3.HTTPFault` },
      },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` },
      },
    ],
  };
}

function virtualHosts(setup: ProxySetup): readonly Json[] {
  const others = Array.from({ length: setup.otherHosts }, (_, i) => ({
    name: `other-${i}`,
    domains: [`other-${i}.example`],
    routes: [{ match: { prefix: '/' }, route: { cluster: 'upstream' } }],
  }));
  const routes =
    setup.routes === 'one'
      ? [{ match: { prefix: '/' }, route: { cluster: 'upstream', retry_policy: RETRY } }]
      : Array.from({ length: REGEX_ROUTES }, (_, i) => ({
          match: { prefix: '/', headers: [variantMatcher(i)] },
          route: { cluster: 'upstream', retry_policy: RETRY },
        }));
  return [...others, { name: 'bench', domains: [setup.otherHosts > 0 ? 'bench.example' : '*'], routes }];
}

function variantMatcher(route: number): Json {
  return { name: VARIANT_HEADER, string_match: { safe_regex: { regex: variantRegex(route) } } };
}

function cluster(setup: ProxySetup, { upstreamPort }: ContenderPaths): Json {
  return {
    name: 'upstream',
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: 'upstream',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstreamPort) } }] }],
    },
    ...(setup.upstream === 'tls' && {
      transport_socket: tlsSocket('UpstreamTlsContext', {
        sni: 'bench.example',
        common_tls_context: { validation_context: { trusted_ca: { filename: setup.certificate.certificate } } },
      }),
    }),
    ...(setup.upstream === 'http2' && {
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': `${EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions`,
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    }),
  };
}

function tlsSocket(context: string, fields: Json): Json {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: { '@type': `${EXTENSIONS}.transport_sockets.tls.v3.${context}`, ...fields },
  };
}

function address(port: number): Json {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
