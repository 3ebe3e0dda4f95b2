import { isObject, type JsonObject } from '../json.js';

/** Media type of an `openapi.v2.Document` of the project gnostic. */
export const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Numbers of the fields, from gnostic's OpenAPIv2.proto. */
const DOCUMENT = { swagger: 1, info: 2, paths: 8, definitions: 9 };
const SCHEMA = {
  $ref: 1,
  format: 2,
  description: 4,
  required: 19,
  additionalProperties: 21,
  type: 22,
  items: 23,
  properties: 25,
  extension: 31,
};
const OPERATION = { parameters: 8, responses: 9, extension: 13 };
const QUERY_PARAMETER = { in: 2, name: 4, type: 6 };
const LENGTH_DELIMITED = 2;

/** The document of `swagger()` as old kubectl reads it. What it does not look at, such as defaults, is left out. */
export function encodeSwagger(document: JsonObject): Buffer {
  const info = document['info'] as { title: string; version: string };
  const paths = Object.entries(document['paths'] as JsonObject).map(([name, item]) =>
    block(2, named(name, block(8, operation((item as { patch: JsonObject }).patch)))),
  );
  const definitions = Object.entries(document['definitions'] as JsonObject).map(([name, value]) =>
    block(1, named(name, schema(value as JsonObject))),
  );
  return Buffer.concat([
    text(DOCUMENT.swagger, '2.0'),
    block(DOCUMENT.info, Buffer.concat([text(1, info.title), text(2, info.version)])),
    block(DOCUMENT.paths, Buffer.concat(paths)),
    block(DOCUMENT.definitions, Buffer.concat(definitions)),
  ]);
}

function operation(value: JsonObject): Buffer {
  const parameters = value['parameters'] as readonly { name: string; in: string; type: string }[];
  return Buffer.concat([
    ...parameters.map((parameter) => {
      const query = Buffer.concat([
        text(QUERY_PARAMETER.in, parameter.in),
        text(QUERY_PARAMETER.name, parameter.name),
        text(QUERY_PARAMETER.type, parameter.type),
      ]);
      // ParametersItem.parameter, Parameter.non_body_parameter, NonBodyParameter.query_parameter_sub_schema
      return block(OPERATION.parameters, block(1, block(2, block(3, query))));
    }),
    block(OPERATION.responses, Buffer.alloc(0)),
    ...extensions(OPERATION.extension, value),
  ]);
}

function schema(value: JsonObject): Buffer {
  const parts: Buffer[] = [];
  for (const field of ['$ref', 'format', 'description'] as const) {
    const content = value[field];
    if (typeof content === 'string') parts.push(text(SCHEMA[field], content));
  }
  for (const name of (value['required'] as readonly string[] | undefined) ?? [])
    parts.push(text(SCHEMA.required, name));
  if (isObject(value['additionalProperties'])) {
    parts.push(block(SCHEMA.additionalProperties, block(1, schema(value['additionalProperties']))));
  }
  if (typeof value['type'] === 'string') parts.push(block(SCHEMA.type, text(1, value['type'])));
  if (isObject(value['items'])) parts.push(block(SCHEMA.items, block(1, schema(value['items']))));
  if (isObject(value['properties'])) {
    const properties = Object.entries(value['properties']).map(([name, property]) =>
      block(1, named(name, schema(property as JsonObject))),
    );
    parts.push(block(SCHEMA.properties, Buffer.concat(properties)));
  }
  return Buffer.concat([...parts, ...extensions(SCHEMA.extension, value)]);
}

/** Extensions hold YAML, and JSON is YAML. */
function extensions(field: number, value: JsonObject): Buffer[] {
  return Object.entries(value)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, content]) => block(field, named(name, text(2, JSON.stringify(content)))));
}

/** `{ name = 1, value = 2 }`, of which every map is made. */
function named(name: string, value: Buffer): Buffer {
  return Buffer.concat([text(1, name), block(2, value)]);
}

function text(field: number, value: string): Buffer {
  return block(field, Buffer.from(value));
}

function block(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + LENGTH_DELIMITED), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
