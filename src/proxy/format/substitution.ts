import type { SubstitutionFormatString } from '../../xds/types/gen/envoy/config/core/v3/substitution_format_string_pb.js';
import { ConfigError } from '../errors.js';
import { compileFormat, type Formatter } from './formatter.js';
import { compileJsonFormat } from './json-format.js';

/** Envoy's default format of access logs. */
export const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

/** Compiles what `log_format` and `body_format` hold. The formatters that it may name are always there. @throws ConfigError */
export function compileFormatString(format: SubstitutionFormatString, path: string): Formatter {
  const empty = format.omitEmptyValues ? '' : '-';
  const source = format.format;
  switch (source.case) {
    case 'textFormat':
      return compileFormat(source.value, `${path}.text_format`, empty);
    case 'jsonFormat':
      return compileJsonFormat(source.value, `${path}.json_format`, format.omitEmptyValues);
    case 'textFormatSource': {
      const { specifier } = source.value;
      const at = `${path}.text_format_source`;
      if (specifier.case === 'inlineString') return compileFormat(specifier.value, `${at}.inline_string`, empty);
      if (specifier.case === 'inlineBytes')
        return compileFormat(Buffer.from(specifier.value).toString(), `${at}.inline_bytes`, empty);
      throw new ConfigError(at, 'only inline_string and inline_bytes are supported');
    }
    default:
      throw new ConfigError(path, 'a format is needed');
  }
}
