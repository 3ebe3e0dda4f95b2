import type { KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';

/** `route-rule/NAMESPACE/NAME`: how istioctl 0.7 named what it had changed. Policy kinds were written as they are. */
export function configKey({ kind }: KindDefinition, { metadata }: KubeObject): string {
  const type = kind.replace(/(?<=[a-z0-9])[A-Z]/g, '-$&').toLowerCase();
  return `${type}/${metadata.namespace ?? ''}/${metadata.name}`;
}
