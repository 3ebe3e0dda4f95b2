import type { Disposable } from '../../base/dispose.js';
import { CUSTOM_RESOURCE_DEFINITION } from '../../resources/apiextensions/custom-resource-definition/index.js';
import type { CustomResourceDefinitionObject } from '../../resources/apiextensions/custom-resource-definition/types.js';
import type { FieldError, KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { invalid } from '../../resources/validation/errors.js';
import type { Store } from '../../store/store.js';
import type { Admission, AdmissionRequest } from '../admission/admission.js';
import { listPrefix } from '../keys.js';
import type { KindTable } from '../kind-table.js';
import { customKind } from './custom-kind.js';

/** Serves what the stored CustomResourceDefinitions define, from the moment that they are stored until they are gone. */
export class CustomKinds implements Admission, Disposable {
  private readonly known = new Map<string, KindDefinition>();
  private readonly watch: Disposable;

  constructor(
    store: Store<KubeObject>,
    private readonly kinds: KindTable,
  ) {
    const prefix = listPrefix(CUSTOM_RESOURCE_DEFINITION, undefined);
    const { entries, revision } = store.range({ prefix });
    for (const { key, value } of entries) this.serve(key, value);
    this.watch = store.watch(prefix, revision, ({ key, value }) => {
      if (value) this.serve(key, value);
      else this.forget(key);
    });
  }

  dispose(): void {
    this.watch.dispose();
  }

  /** Two definitions of one name would each hide the other's objects. */
  validate({ operation, definition, object }: AdmissionRequest): FieldError[] {
    if (operation !== 'CREATE' || definition !== CUSTOM_RESOURCE_DEFINITION) return [];
    const { group, names } = (object as CustomResourceDefinitionObject).spec;
    const taken = this.kinds.all().find((served) => {
      const other = served.definition;
      return other.group === group && (other.plural === names.plural || other.kind === names.kind);
    });
    if (taken === undefined) return [];
    const what = `${taken.definition.plural}.${group} (${taken.definition.kind}) is served already`;
    return [invalid('spec.names', names.kind, what)];
  }

  private serve(key: string, object: KubeObject): void {
    this.forget(key);
    const definition = customKind(object as CustomResourceDefinitionObject);
    this.known.set(key, definition);
    this.kinds.add(definition);
  }

  private forget(key: string): void {
    const definition = this.known.get(key);
    this.known.delete(key);
    if (definition) this.kinds.remove(definition);
  }
}
