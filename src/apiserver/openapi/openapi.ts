import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.js';
import type { KindTable } from '../kind-table.js';
import { pathsOf } from './paths.js';
import { componentSchemas } from './schemas.js';
import { swagger } from './v2.js';
import { encodeSwagger } from './v2-protobuf.js';

export interface OpenApiDocument {
  readonly json: string;
  /** Upper-case hex SHA-512: clients keep a document for as long as the index names the same hash. */
  readonly hash: string;
}

/** OpenAPI v3 of what is served, one document per group and version; made when first asked for. */
export class OpenApi {
  private readonly documents = new Map<string, OpenApiDocument>();
  private protobuf: Buffer | undefined;
  private generation = -1;

  constructor(
    private readonly kinds: KindTable,
    private readonly version: string,
  ) {}

  /** `/openapi/v3` */
  index(): JsonObject {
    const paths: JsonObject = {};
    for (const { group, versions } of this.kinds.groups()) {
      for (const version of versions) {
        const name = group === '' ? `api/${version}` : `apis/${group}/${version}`;
        const document = this.document(group, version);
        paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${document?.hash}` };
      }
    }
    return { paths };
  }

  /** `/openapi/v2` */
  swagger(): JsonObject {
    return swagger(this.kinds, this.version);
  }

  /** `/openapi/v2` as protobuf. */
  swaggerProtobuf(): Buffer {
    this.forgetOld();
    this.protobuf ??= encodeSwagger(swagger(this.kinds, this.version));
    return this.protobuf;
  }

  /** Undefined where no such version is served. */
  document(group: string, version: string): OpenApiDocument | undefined {
    this.forgetOld();
    const name = `${group}/${version}`;
    const known = this.documents.get(name);
    if (known) return known;
    const served = this.kinds.served(group, version);
    if (served.length === 0) return undefined;
    const json = JSON.stringify({
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: this.version },
      paths: Object.assign({}, ...served.map(pathsOf)),
      components: { schemas: componentSchemas(served) },
    });
    const hash = createHash('sha512').update(json).digest('hex').toUpperCase();
    const document = { json, hash };
    this.documents.set(name, document);
    return document;
  }

  /** Definitions of custom resources come and go. */
  private forgetOld(): void {
    if (this.generation === this.kinds.generation) return;
    this.documents.clear();
    this.protobuf = undefined;
    this.generation = this.kinds.generation;
  }
}
