import type { HealthCheck_Payload } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import { ConfigError } from '../errors.js';

/** Text is in hexadecimal digits. @throws ConfigError */
export function payloadBytes(payload: HealthCheck_Payload | undefined, path: string): Buffer {
  const specifier = payload?.payload;
  if (specifier?.case === 'binary') return Buffer.from(specifier.value);
  if (specifier?.case !== 'text') return Buffer.alloc(0);
  if (specifier.value.length % 2 !== 0 || !/^[\da-f]*$/i.test(specifier.value)) {
    throw new ConfigError(`${path}.text`, 'invalid hex string');
  }
  return Buffer.from(specifier.value, 'hex');
}

/** @throws ConfigError */
export function compileReceive(payloads: readonly HealthCheck_Payload[], path: string): readonly Buffer[] {
  return payloads.map((payload, i) => payloadBytes(payload, `${path}[${i}]`));
}

/** Whether the blocks stand in the bytes, in order; other bytes may stand between them. */
export function containsInOrder(bytes: Buffer, blocks: readonly Buffer[]): boolean {
  let at = 0;
  for (const block of blocks) {
    const found = bytes.indexOf(block, at);
    if (found === -1) return false;
    at = found + block.length;
  }
  return true;
}
