import { clone, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type CertificateValidationContext,
  CertificateValidationContextSchema,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import type { CommonTlsContext } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { SecretManager } from '../config/secret-manager.js';
import { ConfigError } from '../errors.js';
import { compilePeerValidation, type PeerValidation } from './peer-validation.js';
import type { SecretReader } from './secret-reader.js';

/** How the peer is checked, from the configuration or from a secret. Undefined: not at all. @throws ConfigError */
export function compileValidationSource(
  common: CommonTlsContext | undefined,
  secrets: SecretManager,
  path: string,
): SecretReader<PeerValidation> | undefined {
  const type = common?.validationContextType;
  switch (type?.case) {
    case undefined:
      return undefined;
    case 'validationContext': {
      const validation = compilePeerValidation(type.value, `${path}.validation_context`);
      return { slots: [], read: () => validation };
    }
    case 'validationContextSdsSecretConfig': {
      const slot = secrets.find(type.value, `${path}.validation_context_sds_secret_config`);
      return {
        slots: [slot],
        read: () => (slot.current?.kind === 'validation' ? slot.current.validation : undefined),
      };
    }
    case 'combinedValidationContext': {
      const at = `${path}.combined_validation_context`;
      const { defaultValidationContext: base, validationContextSdsSecretConfig: sds } = type.value;
      if (base === undefined || sds === undefined)
        throw new ConfigError(at, 'default_validation_context and validation_context_sds_secret_config are needed');
      const slot = secrets.find(sds, `${at}.validation_context_sds_secret_config`);
      return {
        slots: [slot],
        read: () =>
          slot.current?.kind === 'validation'
            ? compilePeerValidation(merge(base, slot.current.config), `${at}.default_validation_context`)
            : undefined,
      };
    }
    default:
      throw new ConfigError(path, `${type?.case} is not supported`);
  }
}

/** As Protocol Buffers merge: lists grow, single fields are replaced. */
function merge(base: CertificateValidationContext, over: CertificateValidationContext): CertificateValidationContext {
  const schema = CertificateValidationContextSchema;
  return fromBinary(schema, Buffer.concat([toBinary(schema, clone(schema, base)), toBinary(schema, over)]));
}
