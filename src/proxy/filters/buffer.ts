import {
  BufferPerRouteSchema,
  BufferSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/buffer/v3/buffer_pb.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { overrideOf } from '../route/filter-overrides.js';
import type { CompileOverride, MakeFilter } from './http-filter-kind.js';

/** What a route says: undefined turns the filter off. */
export class BufferLimit {
  constructor(readonly bytes: number | undefined) {}

  static readonly compileOverride: CompileOverride = (any, path) => {
    const { override } = unpack(any, BufferPerRouteSchema);
    if (override.case === 'disabled') return new BufferLimit(override.value ? undefined : Number.POSITIVE_INFINITY);
    return new BufferLimit(limitOf(override.value?.maxRequestBytes, `${path}.buffer`));
  };
}

/** `envoy.filters.http.buffer`: sends a request on when all of its body came. */
export class BufferFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, { name, path }) =>
    new BufferFilter(name, limitOf(unpack(any, BufferSchema).maxRequestBytes, path));

  private constructor(
    readonly name: string,
    private readonly limit: number,
  ) {}

  onRequest(stream: HttpStream): boolean {
    const override = overrideOf(stream, this.name, BufferLimit);
    const limit = override === undefined ? this.limit : override.bytes;
    if (limit === undefined || stream.requestDone || stream.upgrade !== '') return true;
    stream.bufferRequest(limit, (whole) => {
      if (whole) this.release(stream);
      else refuseTooLarge(stream);
    });
    return false;
  }

  private release(stream: HttpStream): void {
    // what is known to be whole needs no chunks
    if (stream.requestTrailers === undefined && !stream.headers.has('content-length'))
      stream.headers.set('content-length', String(stream.bufferedBody().length));
    stream.resume();
  }
}

/** A body is larger than a filter keeps. */
export function refuseTooLarge(stream: HttpStream): void {
  stream.manager.stats.counter('downstream_rq_too_large').inc();
  if (!stream.requestDone) stream.codec.closeAfterAnswer();
  stream.localReply(413, 'Payload Too Large', 0, 'request_payload_too_large');
}

function limitOf(max: number | undefined, path: string): number {
  if (max === undefined || max === 0) throw new ConfigError(`${path}.max_request_bytes`, 'must be greater than 0');
  return max;
}
