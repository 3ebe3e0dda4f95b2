import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { messageOf } from '../../base/errors.js';
import { ConfigError } from '../errors.js';
import { checkSupported } from './walker.js';

/** Decodes a resource and refuses what is not supported. @throws ConfigError */
export function decode<Desc extends DescMessage>(schema: Desc, body: Uint8Array): MessageShape<Desc> {
  let message: MessageShape<Desc>;
  try {
    message = fromBinary(schema, body);
  } catch (error) {
    throw new ConfigError('', `cannot be decoded as ${schema.typeName}: ${messageOf(error)}`);
  }
  checkSupported(schema, message);
  return message;
}
