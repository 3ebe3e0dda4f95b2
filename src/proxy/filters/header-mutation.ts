import type { HeaderMutation as MutationConfig } from '../../xds/types/gen/envoy/config/common/mutation_rules/v3/mutation_rules_pb.js';
import {
  HeaderMutationPerRouteSchema,
  HeaderMutationSchema,
  type Mutations,
} from '../../xds/types/gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import { combineMutations, compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { allOverridesOf } from '../route/filter-overrides.js';
import type { CompileOverride, MakeFilter } from './http-filter-kind.js';

/** What one level changes. */
export class HeaderMutations {
  readonly request: HeaderMutation | undefined;
  readonly response: HeaderMutation | undefined;

  /** @throws ConfigError */
  constructor(config: Mutations | undefined, path: string) {
    this.request = compileAll(config?.requestMutations ?? [], `${path}.request_mutations`);
    this.response = compileAll(config?.responseMutations ?? [], `${path}.response_mutations`);
  }

  static readonly compileOverride: CompileOverride = (config, path) =>
    new HeaderMutations(unpack(config, HeaderMutationPerRouteSchema).mutations, `${path}.mutations`);
}

function compileAll(configs: readonly MutationConfig[], path: string): HeaderMutation | undefined {
  return combineMutations(configs.map((config, i) => compileOne(config, `${path}[${i}]`)));
}

function compileOne({ action }: MutationConfig, path: string): HeaderMutation | undefined {
  if (action.case === 'remove') return compileMutations([], [action.value], `${path}.remove`);
  if (action.case === 'append') return compileMutations([action.value], [], `${path}.append`);
  throw new ConfigError(path, 'a header mutation needs remove or append');
}

/** `envoy.filters.http.header_mutation`: the filter's own changes, then those of every level of the route. */
export class HeaderMutationFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, { name, path }) => {
    const config = unpack(any, HeaderMutationSchema);
    const own = new HeaderMutations(config.mutations, `${path}.mutations`);
    return new HeaderMutationFilter(name, own, config.mostSpecificHeaderMutationsWins);
  };

  private constructor(
    readonly name: string,
    private readonly own: HeaderMutations,
    private readonly mostSpecificLast: boolean,
  ) {}

  onRequest(stream: HttpStream): boolean {
    for (const { request } of this.levels(stream)) request?.(stream.headers, stream);
    return true;
  }

  onResponse(stream: HttpStream): void {
    if (stream.responseHeaders === undefined) return;
    for (const { response } of this.levels(stream)) response?.(stream.responseHeaders, stream);
  }

  private levels(stream: HttpStream): readonly HeaderMutations[] {
    const levels = allOverridesOf(stream, this.name, HeaderMutations);
    return [this.own, ...(this.mostSpecificLast ? levels.toReversed() : levels)];
  }
}
