import type { FieldError, KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import type { ServiceObject } from '../../types.js';
import { allocateService, DEFAULT_SERVICE_RANGE, type ServiceRange, serviceUse } from './allocate.js';

/** The part of an admission request that this hook reads. */
interface ServiceWrite {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: KindDefinition;
  readonly subresource?: string;
  readonly object: KubeObject;
  readonly old?: KubeObject;
}

/** Writes at once that have an address and are not yet in the store: many more than one API server admits together. */
const RESERVED_MAX = 64;

/**
 * Admission hook that gives services their cluster address and node ports. Two services created at once cannot get the same:
 * what was given lately counts as used even while it is not stored.
 */
export class ServiceAllocator {
  private reserved: ServiceObject[] = [];
  private readonly problems = new WeakMap<KubeObject, FieldError[]>();

  /** @param services lists what is stored now */
  constructor(
    private readonly services: () => Iterable<KubeObject>,
    private readonly range: ServiceRange = DEFAULT_SERVICE_RANGE,
  ) {}

  mutate(request: ServiceWrite): void {
    if (!concerns(request)) return;
    const service = request.object as ServiceObject;
    const others = [...this.services(), ...this.reserved].filter((other) => !same(other, service)) as ServiceObject[];
    const errors = allocateService(service, serviceUse(others), request.old as ServiceObject | undefined, this.range);
    this.problems.set(service, errors);
    if (errors.length === 0) this.reserve(service);
  }

  validate(request: ServiceWrite): readonly FieldError[] {
    return this.problems.get(request.object) ?? [];
  }

  private reserve(service: ServiceObject): void {
    this.reserved = this.reserved.filter((other) => !same(other, service)).slice(1 - RESERVED_MAX);
    this.reserved.push(structuredClone(service));
  }
}

function concerns({ operation, definition, subresource, object }: ServiceWrite): boolean {
  const isService = definition.group === '' && definition.kind === 'Service';
  return isService && operation !== 'DELETE' && subresource === undefined && object['spec'] !== undefined;
}

function same(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.namespace === b.metadata.namespace && a.metadata.name === b.metadata.name;
}
