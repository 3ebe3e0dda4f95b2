import type { Gvr, KubeObject } from '../../../resources/object.js';

export interface GraphNode {
  readonly resource: Gvr;
  readonly object: KubeObject;
}

/** Which object owns which, by uid. */
export class OwnershipGraph {
  private readonly nodes = new Map<string, GraphNode>();
  private readonly dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  put(resource: Gvr, object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    this.unlink(uid);
    this.nodes.set(uid, { resource, object });
    for (const owner of object.metadata.ownerReferences ?? []) {
      const dependents = this.dependents.get(owner.uid);
      if (dependents) dependents.add(uid);
      else this.dependents.set(owner.uid, new Set([uid]));
    }
  }

  remove(uid: string): void {
    this.unlink(uid);
    this.nodes.delete(uid);
  }

  dependentsOf(uid: string): GraphNode[] {
    const found = [...(this.dependents.get(uid) ?? [])];
    return found.flatMap((dependent) => this.nodes.get(dependent) ?? []);
  }

  private unlink(uid: string): void {
    for (const owner of this.nodes.get(uid)?.object.metadata.ownerReferences ?? []) {
      const dependents = this.dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.dependents.delete(owner.uid);
    }
  }
}
