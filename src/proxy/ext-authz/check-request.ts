import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { AddressSchema } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import type { AttributeContext_PeerSchema } from '../../xds/types/gen/envoy/service/auth/v3/attribute_context_pb.js';
import { type CheckRequest, CheckRequestSchema } from '../../xds/types/gen/envoy/service/auth/v3/external_auth_pb.js';
import type { HttpStream } from '../http/http-stream.js';
import type { TextPredicate } from '../matching/regex.js';
import type { CertificateDetails } from '../tls/certificate-details.js';

/** What of a request an authorization service is told. */
export interface CheckOptions {
  readonly allowed: readonly TextPredicate[];
  readonly disallowed: readonly TextPredicate[];
  readonly packAsBytes: boolean;
  readonly includePeerCertificate: boolean;
  readonly includeTlsSession: boolean;
  readonly metadataNamespaces: readonly string[];
  readonly routeMetadataNamespaces: readonly string[];
}

/** What goes to the service besides the head. */
export interface CheckContent {
  /** Undefined when the body is not asked for. */
  readonly body: Buffer | undefined;
  readonly partial: boolean;
  readonly extensions: Readonly<Record<string, string>>;
}

/** The header that says whether the body is whole. */
export const PARTIAL_BODY = 'x-envoy-auth-partial-body';

/** The attributes of a request, as Envoy sends them. */
export function checkRequestOf(stream: HttpStream, content: CheckContent, options: CheckOptions): CheckRequest {
  const { connection } = stream;
  return create(CheckRequestSchema, {
    attributes: {
      source: peer(connection.remoteAddress, connection.remotePort, connection.tls?.peer, {
        service: stream.headers.get('x-envoy-downstream-service-cluster') ?? '',
        certificate: options.includePeerCertificate ? (connection.tls?.peer?.urlEncodedPem ?? '') : '',
      }),
      destination: peer(connection.localAddress, connection.localPort, connection.tls?.local, {}),
      request: {
        time: timestampFromMs(stream.startWall_ms || stream.manager.context.clock.now()),
        http: {
          id: String(connection.id),
          method: stream.method,
          headers: headersOf(stream, content, options),
          path: stream.path,
          host: stream.host,
          scheme: stream.scheme,
          size: BigInt(stream.bytesReceived),
          protocol: stream.protocol,
          ...bodyOf(content.body, options.packAsBytes),
        },
      },
      contextExtensions: { ...content.extensions },
      metadataContext: { filterMetadata: picked(stream.metadataSet ?? new Map(), options.metadataNamespaces) },
      routeMetadataContext: {
        filterMetadata: picked(new Map(Object.entries(stream.route?.metadata ?? {})), options.routeMetadataNamespaces),
      },
      ...(options.includeTlsSession && connection.tls !== undefined
        ? { tlsSession: { sni: connection.requestedServerName } }
        : {}),
    },
  });
}

function peer(
  address: string,
  portValue: number,
  certificate: CertificateDetails | undefined,
  more: { readonly service?: string; readonly certificate?: string },
): MessageInitShape<typeof AttributeContext_PeerSchema> {
  const [uri] = certificate?.altNames.uri ?? [];
  return {
    address: create(AddressSchema, {
      address: { case: 'socketAddress', value: { address, portSpecifier: { case: 'portValue', value: portValue } } },
    }),
    principal: uri ?? certificate?.altNames.dns[0] ?? certificate?.subject ?? '',
    ...more,
  };
}

function headersOf(stream: HttpStream, content: CheckContent, options: CheckOptions): Record<string, string> {
  const found: Record<string, string> = {};
  const put = (name: string, value: string): void => {
    if (options.disallowed.some((matches) => matches(name))) return;
    if (options.allowed.length > 0 && !options.allowed.some((matches) => matches(name))) return;
    found[name] = found[name] === undefined ? value : `${found[name]},${value}`;
  };
  put(':authority', stream.host);
  put(':path', stream.path);
  put(':method', stream.method);
  put(':scheme', stream.scheme);
  stream.headers.forEach((name, value) => {
    if (name !== 'host') put(name, value);
  });
  if (content.body !== undefined) found[PARTIAL_BODY] = String(content.partial);
  return found;
}

function bodyOf(body: Buffer | undefined, asBytes: boolean): { body?: string; rawBody?: Uint8Array } {
  if (body === undefined) return {};
  return asBytes ? { rawBody: body } : { body: body.toString('utf8') };
}

function picked<T>(metadata: ReadonlyMap<string, T>, namespaces: readonly string[]): Record<string, T> {
  const found: Record<string, T> = {};
  for (const name of namespaces) {
    const value = metadata.get(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}
