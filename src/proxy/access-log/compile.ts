import type { AccessLog as AccessLogConfig } from '../../xds/types/gen/envoy/config/accesslog/v3/accesslog_pb.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { AccessLog } from './access-log.js';
import { compileLogFilter } from './filter.js';
import { compileSink } from './sink.js';

/** @throws ConfigError */
export function compileAccessLogs(
  configs: readonly AccessLogConfig[],
  context: ProxyContext,
  path: string,
): readonly AccessLog[] {
  return configs.map((config, i) => compileAccessLog(config, context, `${path}[${i}]`));
}

function compileAccessLog(config: AccessLogConfig, context: ProxyContext, path: string): AccessLog {
  if (config.configType.case !== 'typedConfig') throw new ConfigError(path, 'an access log needs a typed_config');
  const { format, write } = compileSink(config.configType.value, context, `${path}.typed_config`);
  if (config.filter === undefined) return { write: (info) => write(format(info)) };
  const wants = compileLogFilter(config.filter, context, `${path}.filter`);
  return {
    write(info) {
      if (wants(info)) write(format(info));
    },
  };
}
