import type { Cluster as ClusterConfig } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type {
  Http1ProtocolOptions,
  Http2ProtocolOptions,
} from '../../xds/types/gen/envoy/config/core/v3/protocol_pb.js';
import type { HttpProtocolOptions } from '../../xds/types/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { ConfigError } from '../errors.js';
import { type HeaderCase, headerCaseOf } from '../http/header-case.js';
import { compileHttp2Options, type Http2Options } from '../http2/http2-options.js';

/** Which protocol a cluster's endpoints are spoken to in. `alpn`: as agreed in TLS; `downstream`: as the client speaks. */
export type UpstreamProtocol = 'http1' | 'http2' | 'alpn' | 'downstream';

/** How a pool speaks to its endpoint; `raw`: not at all, it carries bytes. */
export type PoolProtocol = 'http1' | 'http2' | 'raw';

/** What HTTP/1 connections to endpoints are like. */
export interface UpstreamHttp1Options {
  readonly headerCase: HeaderCase;
  readonly enableTrailers: boolean;
}

interface Compiled {
  readonly protocol: UpstreamProtocol;
  readonly http1: UpstreamHttp1Options;
  readonly http2: Http2Options;
}

/** Today's place of the protocol first, then the deprecated ones that Envoy still reads. @throws ConfigError */
export function compileUpstreamProtocol(config: ClusterConfig, options: HttpProtocolOptions | undefined): Compiled {
  const chosen = options?.upstreamProtocolOptions;
  switch (chosen?.case) {
    case 'explicitHttpConfig': {
      const { protocolConfig } = chosen.value;
      if (protocolConfig.case === 'http2ProtocolOptions') return compiled('http2', undefined, protocolConfig.value);
      if (protocolConfig.case === 'httpProtocolOptions') return compiled('http1', protocolConfig.value, undefined);
      throw new ConfigError(PATH, 'HTTP/3 is not supported');
    }
    case 'useDownstreamProtocolConfig':
      return compiled('downstream', chosen.value.httpProtocolOptions, chosen.value.http2ProtocolOptions);
    case 'autoConfig':
      return compiled('alpn', chosen.value.httpProtocolOptions, chosen.value.http2ProtocolOptions);
    default: {
      const { httpProtocolOptions, http2ProtocolOptions } = config;
      return compiled(
        http2ProtocolOptions === undefined ? 'http1' : 'http2',
        httpProtocolOptions,
        http2ProtocolOptions,
      );
    }
  }
}

const PATH = 'typed_extension_protocol_options';

function compiled(
  protocol: UpstreamProtocol,
  http1: Http1ProtocolOptions | undefined,
  http2: Http2ProtocolOptions | undefined,
): Compiled {
  return {
    protocol,
    http1: {
      headerCase: headerCaseOf(http1?.headerKeyFormat, `${PATH}.http_protocol_options.header_key_format`),
      enableTrailers: http1?.enableTrailers ?? false,
    },
    http2: compileHttp2Options(http2, `${PATH}.http2_protocol_options`),
  };
}
