import { compile, type MeshSnapshot } from '../../compiler/index.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ProxyConfiguration } from '../configuration.js';
import { type Locate, originOf } from '../route-trials.js';
import type { Explanation, Origin } from '../types.js';
import type { RouteCoverage } from './types.js';

/** Which of the routes that rules ask for were the ones that answered some test. */
export class CoverageCounter {
  private readonly routes = new Map<string, { readonly origin: Origin; covered: boolean }>();

  constructor(private readonly locate: Locate) {}

  /** Counts the routes that a proxy has. */
  add(snapshot: MeshSnapshot, node: Node): void {
    const resources = compile(snapshot, node);
    if (resources === undefined) return;
    for (const { virtualHosts } of new ProxyConfiguration(resources).routes.values()) {
      for (const route of virtualHosts.flatMap(({ routes }) => routes)) {
        const origin = originOf(route, this.locate);
        if (origin !== undefined && !this.routes.has(keyOf(origin))) {
          this.routes.set(keyOf(origin), { origin, covered: false });
        }
      }
    }
  }

  reached({ routes }: Explanation): void {
    for (const { result, origin } of routes) {
      const known = result === 'matched' && origin !== undefined ? this.routes.get(keyOf(origin)) : undefined;
      if (known !== undefined) known.covered = true;
    }
  }

  get coverage(): RouteCoverage[] {
    return [...this.routes.values()].map(({ origin, covered }) => ({ route: textOf(origin), covered }));
  }
}

function keyOf({ kind, namespace, name, field }: Origin): string {
  return `${kind}/${namespace}/${name} ${field}`;
}

function textOf({ kind, namespace, name, field, place }: Origin): string {
  return `${kind} ${namespace}/${name} ${field}${place === undefined ? '' : `  ${place}`}`;
}
