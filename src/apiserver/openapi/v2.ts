/**
 * An OpenAPI v2 document that describes nothing, as protobuf (openapi.v2.Document: swagger, info, paths). kubectl asks for it when
 * v3 does not know a kind, and stops if there is none; with it, it goes on to say that no such kind is installed.
 */
export function emptyOpenApiV2(version: string): Buffer {
  const info = Buffer.concat([textField(1, 'Kubernetes'), textField(2, version)]);
  return Buffer.concat([textField(1, '2.0'), blockField(2, info), blockField(8, Buffer.alloc(0))]);
}

export const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

function textField(number: number, value: string): Buffer {
  return blockField(number, Buffer.from(value));
}

/** @param block shorter than 128 bytes, so that its length is one byte */
function blockField(number: number, block: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, block.length]), block]);
}
