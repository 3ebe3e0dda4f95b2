import type { Any } from '@bufbuild/protobuf/wkt';
import {
  type FileAccessLog,
  FileAccessLogSchema,
} from '../../xds/types/gen/envoy/extensions/access_loggers/file/v3/file_pb.js';
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from '../../xds/types/gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js';
import { typeNameOf, unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { compileFormat, type Formatter } from '../format/formatter.js';
import { compileJsonFormat } from '../format/json-format.js';
import { compileFormatString, DEFAULT_FORMAT } from '../format/substitution.js';

/** How a line is made, and where it goes. */
export interface Sink {
  readonly format: Formatter;
  readonly write: (line: string) => void;
}

/** @throws ConfigError */
export function compileSink(any: Any, context: ProxyContext, path: string): Sink {
  switch (typeNameOf(any)) {
    case FileAccessLogSchema.typeName: {
      const file = unpack(any, FileAccessLogSchema);
      return { format: compileFileFormat(file, path), write: writerOf(file.path, context, `${path}.path`) };
    }
    case StdoutAccessLogSchema.typeName: {
      const { accessLogFormat } = unpack(any, StdoutAccessLogSchema);
      return streamSink(accessLogFormat.value, '/dev/stdout', context, path);
    }
    case StderrAccessLogSchema.typeName: {
      const { accessLogFormat } = unpack(any, StderrAccessLogSchema);
      return streamSink(accessLogFormat.value, '/dev/stderr', context, path);
    }
    default:
      throw new ConfigError(path, `${typeNameOf(any)} is not supported`);
  }
}

type StreamFormat = Parameters<typeof compileFormatString>[0];

function streamSink(format: StreamFormat | undefined, stream: string, context: ProxyContext, path: string): Sink {
  return {
    format: format === undefined ? defaultFormat(path) : compileFormatString(format, `${path}.log_format`),
    write: writerOf(stream, context, path),
  };
}

function writerOf(file: string, context: ProxyContext, path: string): (line: string) => void {
  if (file === '') throw new ConfigError(path, 'a file is needed');
  if (file === '/dev/stdout') return (line) => context.writeLog(line, 'stdout');
  if (file === '/dev/stderr') return (line) => context.writeLog(line, 'stderr');
  const log = context.logFiles.get(file);
  return (line) => log.append(line);
}

function compileFileFormat({ accessLogFormat: format }: FileAccessLog, path: string): Formatter {
  switch (format.case) {
    case 'format':
      return format.value === '' ? defaultFormat(path) : compileFormat(format.value, `${path}.format`);
    case 'jsonFormat':
      return compileJsonFormat(format.value, `${path}.json_format`, false);
    case 'typedJsonFormat':
      return compileJsonFormat(format.value, `${path}.typed_json_format`, false);
    case 'logFormat':
      return compileFormatString(format.value, `${path}.log_format`);
    default:
      return defaultFormat(path);
  }
}

function defaultFormat(path: string): Formatter {
  return compileFormat(DEFAULT_FORMAT, path);
}
