import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { HeaderMap } from '../../wire/http1/index.js';
import type { ProxyTlv } from '../../wire/proxy-protocol/proxy-protocol.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import type { TlsInfo } from '../tls/tls-info.js';
import { ByteMeter } from './byte-meter.js';

/** Envoy's names of the moments at which an access log is written. */
export type AccessLogType =
  | 'DownstreamEnd'
  | 'DownstreamStart'
  | 'DownstreamPeriodic'
  | 'DownstreamTunnelSuccessfullyEstablished'
  | 'TcpUpstreamConnected'
  | 'TcpPeriodic'
  | 'TcpConnectionEnd';

let connectionIds = 0;

/** Connections of both sides are numbered together. */
export function nextConnectionId(): number {
  return ++connectionIds;
}

/** The downstream connection, with addresses as listener filters restored them. */
export class ConnectionInfo {
  readonly id = nextConnectionId();
  requestedServerName = '';
  /** `raw_buffer` or `tls`, as an inspector found. */
  transportProtocol = '';
  applicationProtocols: readonly string[] = [];
  /** Undefined on a connection without TLS. */
  tls: TlsInfo | undefined;
  /** Why the handshake failed; '' when it did not. */
  transportFailure = '';
  /** Where the client's end of the socket is, whatever a listener filter says of the source. */
  readonly directRemoteAddress: string;
  readonly directRemotePort: number;
  readonly directLocalAddress: string;
  readonly directLocalPort: number;
  /** What listener filters noted, by metadata namespace; undefined until one did. */
  metadataSet: Map<string, JsonObject> | undefined;
  /** How long the TLS handshake took, milliseconds; undefined without one. */
  handshake_ms: number | undefined;
  /** What a PROXY header said that is to be said to upstreams again; undefined for nothing. */
  proxyTlvs: readonly ProxyTlv[] | undefined;
  /** The cluster that a network filter chose for a `tcp_proxy` behind it. */
  clusterOverride: string | undefined;
  /** The local address is not that of the socket: a capture or PROXY header said where the client wanted to go. */
  restored = false;

  constructor(
    public remoteAddress: string,
    public remotePort: number,
    public localAddress: string,
    public localPort: number,
  ) {
    this.directRemoteAddress = remoteAddress;
    this.directRemotePort = remotePort;
    this.directLocalAddress = localAddress;
    this.directLocalPort = localPort;
  }

  /** The same connection, for a request whose client is elsewhere. */
  seenFrom(address: string): ConnectionInfo {
    const info: ConnectionInfo = Object.assign(Object.create(ConnectionInfo.prototype), this);
    info.remoteAddress = address;
    info.remotePort = 0;
    return info;
  }
}

/** What is known about one request or TCP connection: for access logs, header formats and filters. */
export class StreamInfo implements RequestHeaders {
  method = '';
  path = '';
  host = '';
  scheme = 'http';
  protocol = '';
  headers: HeaderMap = EMPTY;
  responseHeaders: HeaderMap | undefined;
  responseTrailers: HeaderMap | undefined;
  /** Dynamic metadata by the name of the filter that set it; undefined until one did. */
  metadataSet: Map<string, JsonObject> | undefined;
  /** Milliseconds since the Unix epoch. */
  startWall_ms = 0;
  /** On the monotonic clock. */
  start_ms = 0;
  end_ms = 0;
  /** When the request was complete; 0 when it came in one piece. */
  requestEnd_ms = 0;
  /** When the request's first byte went to its last upstream. */
  upstreamBegin_ms = 0;
  firstUpstreamByte_ms = 0;
  status = 0;
  flags = 0;
  details = '';
  terminationDetails = '';
  bytesReceived = 0;
  bytesSent = 0;
  /** On the client's connection. */
  downstreamBytes = new ByteMeter();
  /** On its last upstream's; undefined before one was asked. */
  upstreamBytes: ByteMeter | undefined;
  attempts = 0;
  routeName = '';
  virtualClusterName = '';
  clusterName = '';
  upstreamHost: Host | undefined;
  upstreamLocalAddress = '';
  /** The cluster that took it. */
  upstreamCluster: Cluster | undefined;
  /** `HTTP/1.1`, `HTTP/2` */
  upstreamProtocol = '';
  upstreamConnectionId = 0;
  /** Undefined on a connection without TLS. */
  upstreamTls: TlsInfo | undefined;
  transportFailure = '';
  /** What the proxy itself answered. */
  localReplyBody = '';
  /** A health check, which logs may leave out. */
  healthCheck = false;
  /** Hexadecimal; '' without tracing. */
  traceId = '';
  spanId = '';
  /** Envoy's name of the moment that an access log tells of. */
  logType: AccessLogType = 'DownstreamEnd';
  private randomId = '';

  /** The connection as its socket and listener filters have it, whatever `x-forwarded-for` says of the request. */
  readonly socketConnection: ConnectionInfo;

  constructor(
    public connection: ConnectionInfo,
    readonly filterChainName: string,
  ) {
    this.socketConnection = connection;
  }

  /** What the route says of itself, by namespace. */
  get routeMetadata(): Readonly<Record<string, JsonObject>> | undefined {
    return undefined;
  }

  /** An id of its own for what has no `x-request-id`. */
  get streamId(): string {
    this.randomId ||= randomUUID();
    return this.randomId;
  }

  /** Dynamic metadata, to be changed. */
  get metadata(): Map<string, JsonObject> {
    this.metadataSet ??= new Map();
    return this.metadataSet;
  }
}

const EMPTY = new HeaderMap();
