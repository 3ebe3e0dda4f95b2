import { create } from '@bufbuild/protobuf';
import type { AccessLogSchema } from '../../xds/types/gen/envoy/config/accesslog/v3/accesslog_pb.js';
import { SubstitutionFormatStringSchema } from '../../xds/types/gen/envoy/config/core/v3/substitution_format_string_pb.js';
import { FileAccessLogSchema } from '../../xds/types/gen/envoy/extensions/access_loggers/file/v3/file_pb.js';
import { anyOf, type Init } from './resource.js';

/** The fields of Istio's default text format, in its order (istio.io: "Default access log format"). */
const FIELDS = [
  '[%START_TIME%]',
  '"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%"',
  '%RESPONSE_CODE%',
  '%RESPONSE_FLAGS%',
  '%RESPONSE_CODE_DETAILS%',
  '%CONNECTION_TERMINATION_DETAILS%',
  '"%UPSTREAM_TRANSPORT_FAILURE_REASON%"',
  '%BYTES_RECEIVED%',
  '%BYTES_SENT%',
  '%DURATION%',
  '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  '"%REQ(X-FORWARDED-FOR)%"',
  '"%REQ(USER-AGENT)%"',
  '"%REQ(X-REQUEST-ID)%"',
  '"%REQ(:AUTHORITY)%"',
  '"%UPSTREAM_HOST%"',
  '%UPSTREAM_CLUSTER_RAW%',
  '%UPSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_REMOTE_ADDRESS%',
  '%REQUESTED_SERVER_NAME%',
  '%ROUTE_NAME%',
];

/** Every request and connection as a line of the proxy container's log, as Istio 0.7 had it by default. */
export const ACCESS_LOG: Init<typeof AccessLogSchema> = {
  name: 'envoy.access_loggers.file',
  configType: {
    case: 'typedConfig',
    value: anyOf(FileAccessLogSchema, {
      path: '/dev/stdout',
      accessLogFormat: {
        case: 'logFormat',
        value: create(SubstitutionFormatStringSchema, {
          format: {
            case: 'textFormatSource',
            value: { specifier: { case: 'inlineString', value: `${FIELDS.join(' ')}\n` } },
          },
        }),
      },
    }),
  },
};
