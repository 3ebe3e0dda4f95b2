import type { FieldErrors } from './checks.js';

/** `.`, `*`, `~` or the name of a namespace. */
export function checkExportTo(errors: FieldErrors, exportTo: readonly string[] | undefined): void {
  (exportTo ?? []).forEach((namespace, index) => {
    if (!['.', '*', '~'].includes(namespace)) errors.dnsLabel(`spec.exportTo[${index}]`, namespace);
  });
}

/** `mesh`, `name` or `namespace/name`. */
export function checkGatewayName(errors: FieldErrors, field: string, name: string): void {
  const parts = name.split('/');
  if (parts.length > 2) errors.invalid(field, name, 'must be mesh, a name, or namespace/name');
  else for (const part of parts) errors.dnsLabel(field, part);
}
