import type { HeaderMap } from '../../wire/http1/index.js';
import type { SubstitutionFormatString } from '../../xds/types/gen/envoy/config/core/v3/substitution_format_string_pb.js';
import type {
  LocalReplyConfig,
  ResponseMapper,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { compileLogFilter, type LogPredicate } from '../access-log/filter.js';
import { readDataSource } from '../config/data-source.js';
import type { ProxyContext } from '../context.js';
import { compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import { compileFormatString } from '../format/substitution.js';
import type { StreamInfo } from './stream-info.js';

/** What the proxy answers by itself. */
export interface LocalReply {
  readonly status: number;
  /** latin1 */
  readonly body: string;
  readonly contentType: string;
}

/** Rewrites an answer of the proxy itself; `info` knows its status and body. */
export type LocalReplyRewrite = (info: StreamInfo, headers: HeaderMap, status: number, body: string) => LocalReply;

interface BodyFormat {
  readonly contentType: string;
  readonly format: (info: StreamInfo) => string;
}

interface Mapper {
  readonly applies: LogPredicate;
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly format: BodyFormat | undefined;
  readonly mutate: HeaderMutation | undefined;
}

/** `local_reply_config`: the first mapper that applies has its say. @throws ConfigError */
export function compileLocalReply(
  config: LocalReplyConfig | undefined,
  context: ProxyContext,
  path: string,
): LocalReplyRewrite | undefined {
  if (config === undefined) return undefined;
  const standard = compileBodyFormat(config.bodyFormat, `${path}.body_format`);
  const mappers = config.mappers.map((mapper, i) => compileMapper(mapper, context, `${path}.mappers[${i}]`));
  return (info, headers, status, body) => {
    info.status = status;
    info.responseHeaders = headers;
    const mapper = mappers.find(({ applies }) => applies(info));
    mapper?.mutate?.(headers, info);
    info.status = mapper?.status ?? status;
    info.localReplyBody = mapper?.body ?? body;
    const format = mapper?.format ?? standard;
    if (format === undefined) return { status: info.status, body: info.localReplyBody, contentType: 'text/plain' };
    // the formatters' text is Unicode, a body is bytes
    const text = Buffer.from(format.format(info)).toString('latin1');
    return { status: info.status, body: text, contentType: format.contentType };
  };
}

function compileMapper(config: ResponseMapper, context: ProxyContext, path: string): Mapper {
  return {
    applies: config.filter === undefined ? () => true : compileLogFilter(config.filter, context, `${path}.filter`),
    status: config.statusCode,
    body: config.body === undefined ? undefined : readDataSource(config.body, `${path}.body`).toString('latin1'),
    format: compileBodyFormat(config.bodyFormatOverride, `${path}.body_format_override`),
    mutate: compileMutations(config.headersToAdd, [], `${path}.headers_to_add`),
  };
}

function compileBodyFormat(config: SubstitutionFormatString | undefined, path: string): BodyFormat | undefined {
  if (config === undefined) return undefined;
  const standard = config.format.case === 'jsonFormat' ? 'application/json' : 'text/plain';
  return { contentType: config.contentType || standard, format: compileFormatString(config, path) };
}
