import type { KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { parseFieldSelector } from './field-selector.js';
import { parseLabelSelector } from './label-selector.js';

export interface SelectorOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Which objects a list, watch or deletecollection means; undefined: all of them. */
export function parseSelection(
  options: SelectorOptions,
  definition: KindDefinition,
): ((object: KubeObject) => boolean) | undefined {
  const labels = options.labelSelector ? parseLabelSelector(options.labelSelector) : undefined;
  const fields = options.fieldSelector ? parseFieldSelector(options.fieldSelector, definition) : undefined;
  if (!labels) return fields;
  if (!fields) return (object) => labels(object.metadata.labels);
  return (object) => labels(object.metadata.labels) && fields(object);
}
