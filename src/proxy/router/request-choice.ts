import type { Cluster } from '../cluster/cluster.js';
import type { ChoiceContext, HostFilter, LoadsOverride, MetadataCriteria } from '../cluster/lb/choice-context.js';
import type { HttpStream } from '../http/http-stream.js';
import { headerValue } from '../matching/header-matcher.js';
import type { SocketAddress } from '../network.js';
import type { HashPolicy } from '../route/hash-policy.js';
import { LB_METADATA } from '../route/metadata-criteria.js';
import type { ForwardAction } from '../route/route-action.js';
import type { HostSelection } from './host-selection.js';

/** What balancers are told of a request whose route, metadata or retries have a say in where it goes. */
export class RequestChoice implements ChoiceContext {
  readonly destination: SocketAddress | undefined;
  readonly hash: (() => bigint | undefined) | undefined;
  hostFilter: HostFilter | undefined;
  overrideLoads: LoadsOverride | undefined;
  /** Values of `set-cookie` for the answer. */
  readonly cookies: string[] = [];
  private value: bigint | undefined;
  private hashed = false;

  /** @returns what the connection alone says, where nothing else has a say */
  static of(stream: HttpStream, action: ForwardAction, cluster: Cluster, selection: boolean): ChoiceContext {
    const criteria = stream.choice?.criteria;
    const asked = action.hash !== undefined || criteria !== undefined || stream.metadataSet !== undefined;
    if (!asked && !selection && !cluster.readsHeaders) return stream.codec.choice;
    return new RequestChoice(stream, action.hash, withRequestMetadata(criteria, stream));
  }

  private constructor(
    private readonly stream: HttpStream,
    policy: HashPolicy | undefined,
    readonly criteria: MetadataCriteria | undefined,
  ) {
    this.destination = stream.codec.choice.destination;
    this.hash = policy === undefined ? undefined : () => this.hashBy(policy);
  }

  readonly header = (name: string): string | undefined => headerValue(this.stream, name);

  /** A retry follows the policy's say in where it goes. */
  retryBy(selection: HostSelection): void {
    this.hostFilter = selection;
    this.overrideLoads = (levels, loads) => selection.loads(levels, loads);
  }

  private hashBy(policy: HashPolicy): bigint | undefined {
    if (!this.hashed) {
      this.hashed = true;
      this.value = policy(this.stream, (line) => this.cookies.push(line));
    }
    return this.value;
  }
}

/** What filters noted of the request counts before the route's. */
function withRequestMetadata(criteria: MetadataCriteria | undefined, stream: HttpStream): MetadataCriteria | undefined {
  const noted = stream.metadataSet?.get(LB_METADATA);
  return noted === undefined ? criteria : new Map([...(criteria ?? []), ...Object.entries(noted)]);
}
