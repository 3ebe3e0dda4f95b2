import type { KubeObject } from '../resources/object.js';
import { Hosts } from './hosts.js';
import { namespaceOf, type Subject } from './subject.js';
import { POD_KINDS, Workloads } from './workloads.js';

export interface WorldOptions {
  /** Whether the objects are all of a running mesh: then what is not among them does not exist. */
  readonly live: boolean;
  /** `cluster.local` */
  readonly domain: string;
  readonly rootNamespace: string;
  /** Wall time, for certificates. */
  readonly now_ms: number;
  /** Where objects were put that do not say their namespace; absent where that is no guess. */
  readonly guessedNamespace?: string;
}

/** Everything that analyzers look at. Objects that are not valid are not in it. */
export class World {
  private readonly byKind = new Map<string, Subject[]>();
  private readonly byName = new Map<string, Subject>();
  /** `kind/namespace` of everything that is here. */
  private readonly namespaces = new Set<string>();
  /** The same of what was left out. */
  private readonly unsound = new Set<string>();
  readonly workloads: Workloads;
  readonly hosts: Hosts;

  /** @param unsound objects that are not in it: they make what there is of their kind unknown */
  constructor(
    subjects: readonly Subject[],
    unsound: readonly Subject[],
    readonly options: WorldOptions,
  ) {
    for (const subject of subjects) {
      const { kind, metadata } = subject.object;
      const ofKind = this.byKind.get(kind);
      if (ofKind) ofKind.push(subject);
      else this.byKind.set(kind, [subject]);
      this.byName.set(`${kind}/${namespaceOf(subject)}/${metadata.name}`, subject);
      this.namespaces.add(`${kind}/${namespaceOf(subject)}`);
    }
    for (const subject of unsound) {
      this.unsound.add(
        `${subject.object.kind}/${subject.object.metadata.namespace ?? this.options.guessedNamespace ?? ''}`,
      );
    }
    this.workloads = new Workloads(subjects);
    this.hosts = new Hosts(
      { services: this.all('Service'), entries: this.all('ServiceEntry'), egress: this.all('EgressRule') },
      options.domain,
    );
  }

  all<T extends KubeObject>(kind: string): readonly Subject<T>[] {
    return (this.byKind.get(kind) ?? []) as readonly Subject<KubeObject>[] as readonly Subject<T>[];
  }

  find<T extends KubeObject>(kind: string, namespace: string, name: string): Subject<T> | undefined {
    return this.byName.get(`${kind}/${namespace}/${name}`) as Subject<T> | undefined;
  }

  /**
   * Whether what is not here does not exist. Of a running mesh everything is here. Files may be a part of what will be applied:
   * only where they hold some objects of a kind in a namespace are those taken for all of them. Objects that do not say their
   * namespace may belong to it too.
   */
  knowsAll(kind: string, namespace: string): boolean {
    if (this.unsound.has(`${kind}/${namespace}`)) return false;
    if (this.options.live) return true;
    return this.namespaces.has(`${kind}/${namespace}`) && !this.mayHoldMore(kind, namespace);
  }

  /** The same of the pods of a namespace. */
  knowsPods(namespace: string): boolean {
    if (this.options.live) return true;
    const pods = this.workloads.in(namespace);
    return pods.length > 0 && !POD_KINDS.some((kind) => this.mayHoldMore(kind, namespace));
  }

  /** Whether an object may as well be in another namespace than the one where it was put. */
  isUnplaced(subject: Subject): boolean {
    return namespaceOf(subject) === this.options.guessedNamespace;
  }

  private mayHoldMore(kind: string, namespace: string): boolean {
    const { guessedNamespace } = this.options;
    return (
      guessedNamespace !== undefined &&
      namespace !== guessedNamespace &&
      this.namespaces.has(`${kind}/${guessedNamespace}`)
    );
  }

  /** Whether a host that is not known here does not exist, for an object of a namespace. */
  knowsHost(host: string, namespace: string): boolean {
    const service = this.hosts.serviceOf(host);
    return this.knowsAll('Service', service?.namespace ?? namespace);
  }
}
