import { BlockList, isIP } from 'node:net';
import { FIELD_COUNT_MAX, HEAD_BYTES_MAX } from '../../wire/http1/index.js';
import { HttpProtocolOptions_HeadersWithUnderscoresAction as Underscores } from '../../xds/types/gen/envoy/config/core/v3/protocol_pb.js';
import {
  HttpConnectionManager_CodecType as CodecType,
  type HttpConnectionManager as Config,
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import { compileHttp2Options, type Http2Options } from '../http2/http2-options.js';
import { compileForwardClientCert, type ForwardClientCert } from '../tls/forwarded-client-cert.js';
import { type HeaderCase, headerCaseOf } from './header-case.js';
import { compileInterimLogs, type InterimLogOptions } from './interim-logs.js';
import { compileLocalReply, type LocalReplyRewrite } from './local-reply.js';

/** Envoy's defaults. */
const IDLE_TIMEOUT_MS = 3_600_000;
const STREAM_IDLE_TIMEOUT_MS = 300_000;
const DELAYED_CLOSE_TIMEOUT_MS = 1_000;
const DRAIN_TIMEOUT_MS = 5_000;

/** Times of a connection manager; 0 for none. */
export interface ManagerTimeouts {
  readonly streamIdle_ms: number;
  readonly request_ms: number;
  readonly requestHeaders_ms: number;
  readonly idle_ms: number;
  readonly connectionDuration_ms: number;
  readonly streamDuration_ms: number;
  readonly delayedClose_ms: number;
  readonly drain_ms: number;
}

/** What HTTP/1 connections are allowed. */
export interface Http1Options {
  readonly acceptHttp10: boolean;
  /** Host of an HTTP/1.0 request that says none; '' to refuse it. */
  readonly defaultHost: string;
  readonly allowAbsoluteUrl: boolean;
  readonly enableTrailers: boolean;
  readonly headerCase: HeaderCase;
  readonly allowChunkedLength: boolean;
  readonly allowCustomMethods: boolean;
  /** A request that is not valid is answered and the connection lives on, where that is safe. */
  readonly streamErrorOnInvalid: boolean;
}

/** How a request's path is read before anything looks at it. */
export interface PathOptions {
  readonly normalize: boolean;
  readonly mergeSlashes: boolean;
  readonly escapedSlashes: 'keep' | 'reject' | 'redirect' | 'forward';
}

/** A connection manager's configuration but for routes, filters and logs, compiled. */
export interface ManagerOptions {
  readonly codec: 'auto' | 'http1' | 'http2';
  /** Of a listener's connections: so much of a request is kept for retries over HTTP/1; 0 for no limit. */
  readonly bufferLimit_bytes: number;
  readonly head_bytes_max: number;
  readonly field_count_max: number;
  readonly underscores: 'allow' | 'reject' | 'drop';
  readonly http1: Http1Options;
  readonly http2: Http2Options;
  readonly timeouts: ManagerTimeouts;
  /** 0 for no limit. */
  readonly maxRequestsPerConnection: number;
  readonly serverName: string;
  readonly serverHeader: 'overwrite' | 'append' | 'pass';
  /** '' leaves the scheme. */
  readonly scheme: string;
  readonly via: string;
  readonly localReply: LocalReplyRewrite | undefined;
  readonly interimLogs: InterimLogOptions | undefined;
  readonly requestIdInResponse: boolean;
  readonly generateRequestId: boolean;
  readonly preserveRequestId: boolean;
  readonly useRemoteAddress: boolean;
  readonly trustedHops: number;
  readonly skipXffAppend: boolean;
  readonly appendXForwardedPort: boolean;
  readonly proxy100Continue: boolean;
  readonly path: PathOptions;
  readonly forwardClientCert: ForwardClientCert;
  /** Upgrade type in lower case -> whether it is allowed where a route says nothing. */
  readonly upgrades: ReadonlyMap<string, boolean>;
  readonly stripPort: 'no' | 'matching' | 'any';
  readonly stripTrailingDot: boolean;
  /** Whether an address is of the mesh's own. */
  isInternal(address: string): boolean;
}

/** @throws ConfigError */
export function compileManagerOptions(
  config: Config,
  context: ProxyContext,
  bufferLimit_bytes: number,
  path: string,
): ManagerOptions {
  const common = config.commonHttpProtocolOptions;
  return {
    codec: config.codecType === CodecType.HTTP1 ? 'http1' : config.codecType === CodecType.HTTP2 ? 'http2' : 'auto',
    bufferLimit_bytes,
    head_bytes_max: config.maxRequestHeadersKb === undefined ? HEAD_BYTES_MAX : config.maxRequestHeadersKb * 1024,
    field_count_max: common?.maxHeadersCount ?? FIELD_COUNT_MAX,
    underscores: underscoresOf(common?.headersWithUnderscoresAction),
    http1: compileHttp1(config, path),
    http2: compileHttp2Options(
      config.http2ProtocolOptions,
      `${path}.http2_protocol_options`,
      config.streamErrorOnInvalidHttpMessage,
    ),
    timeouts: compileTimeouts(config),
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? 0,
    serverName: config.serverName || 'envoy',
    serverHeader: serverHeaderOf(config.serverHeaderTransformation),
    scheme:
      config.schemeHeaderTransformation?.transformation.case === 'schemeToOverwrite'
        ? config.schemeHeaderTransformation.transformation.value
        : '',
    forwardClientCert: compileForwardClientCert(config),
    via: config.via,
    interimLogs: compileInterimLogs(config, path),
    localReply: compileLocalReply(config.localReplyConfig, context, `${path}.local_reply_config`),
    requestIdInResponse: config.alwaysSetRequestIdInResponse,
    generateRequestId: config.generateRequestId ?? true,
    preserveRequestId: config.preserveExternalRequestId,
    useRemoteAddress: config.useRemoteAddress ?? false,
    trustedHops: config.xffNumTrustedHops,
    skipXffAppend: config.skipXffAppend,
    appendXForwardedPort: config.appendXForwardedPort,
    proxy100Continue: config.proxy100Continue,
    path: {
      normalize: config.normalizePath ?? false,
      mergeSlashes: config.mergeSlashes,
      escapedSlashes: escapedSlashesOf(config.pathWithEscapedSlashesAction),
    },
    upgrades: new Map(
      config.upgradeConfigs.map((upgrade) => [upgrade.upgradeType.toLowerCase(), upgrade.enabled ?? true]),
    ),
    stripPort: stripPortOf(config),
    stripTrailingDot: config.stripTrailingHostDot,
    isInternal: compileInternal(config),
  };
}

function compileTimeouts(config: Config): ManagerTimeouts {
  const common = config.commonHttpProtocolOptions;
  return {
    streamIdle_ms: milliseconds(config.streamIdleTimeout, STREAM_IDLE_TIMEOUT_MS),
    request_ms: milliseconds(config.requestTimeout, 0),
    requestHeaders_ms: milliseconds(config.requestHeadersTimeout, 0),
    idle_ms: milliseconds(common?.idleTimeout, IDLE_TIMEOUT_MS),
    connectionDuration_ms: milliseconds(common?.maxConnectionDuration, 0),
    streamDuration_ms: milliseconds(common?.maxStreamDuration, 0),
    delayedClose_ms: milliseconds(config.delayedCloseTimeout, DELAYED_CLOSE_TIMEOUT_MS),
    drain_ms: milliseconds(config.drainTimeout, DRAIN_TIMEOUT_MS),
  };
}

function compileHttp1(config: Config, path: string): Http1Options {
  const http1 = config.httpProtocolOptions;
  return {
    acceptHttp10: http1?.acceptHttp10 ?? false,
    defaultHost: http1?.defaultHostForHttp10 ?? '',
    allowAbsoluteUrl: http1?.allowAbsoluteUrl ?? true,
    enableTrailers: http1?.enableTrailers ?? false,
    headerCase: headerCaseOf(http1?.headerKeyFormat, `${path}.http_protocol_options.header_key_format`),
    allowChunkedLength: http1?.allowChunkedLength ?? false,
    allowCustomMethods: http1?.allowCustomMethods ?? false,
    streamErrorOnInvalid:
      http1?.overrideStreamErrorOnInvalidHttpMessage ?? config.streamErrorOnInvalidHttpMessage ?? false,
  };
}

function underscoresOf(action: Underscores | undefined): ManagerOptions['underscores'] {
  if (action === Underscores.REJECT_REQUEST) return 'reject';
  return action === Underscores.DROP_HEADER ? 'drop' : 'allow';
}

function escapedSlashesOf(action: EscapedSlashes): PathOptions['escapedSlashes'] {
  switch (action) {
    case EscapedSlashes.REJECT_REQUEST:
      return 'reject';
    case EscapedSlashes.UNESCAPE_AND_REDIRECT:
      return 'redirect';
    case EscapedSlashes.UNESCAPE_AND_FORWARD:
      return 'forward';
    default:
      return 'keep';
  }
}

function stripPortOf(config: Config): ManagerOptions['stripPort'] {
  if (config.stripPortMode.case === 'stripAnyHostPort' && config.stripPortMode.value) return 'any';
  return config.stripMatchingHostPort ? 'matching' : 'no';
}

function serverHeaderOf(transformation: ServerHeader): ManagerOptions['serverHeader'] {
  if (transformation === ServerHeader.APPEND_IF_ABSENT) return 'append';
  return transformation === ServerHeader.PASS_THROUGH ? 'pass' : 'overwrite';
}

function compileInternal(config: Config): (address: string) => boolean {
  const ranges = new BlockList();
  for (const range of config.internalAddressConfig?.cidrRanges ?? []) {
    const family = isIP(range.addressPrefix) === 6 ? 'ipv6' : 'ipv4';
    ranges.addSubnet(range.addressPrefix, range.prefixLen ?? 0, family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && ranges.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}
