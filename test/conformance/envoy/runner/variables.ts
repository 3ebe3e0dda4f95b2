import type { JsonValue } from '@bufbuild/protobuf';

/** What `${NAME}` stands for in a scenario; a port is a number. */
export type Variables = (name: string) => string | number | undefined;

const VARIABLE = /\$\{([^}]+)\}/g;

/** How a scenario writes a variable. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** Replaces `${NAME}` in every string; a string that is one variable takes its type. @throws Error for an unknown one */
export function substitute<T>(value: T, variables: Variables): T {
  return replaceIn(value as JsonValue, variables) as T;
}

function replaceIn(value: JsonValue, variables: Variables): JsonValue {
  if (typeof value === 'string') return replaceText(value, variables);
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, variables));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [replaceText(key, variables), replaceIn(item, variables)]),
  );
}

function replaceText(text: string, variables: Variables): string | number {
  const whole = /^\$\{([^}]+)\}$/.exec(text);
  if (whole !== null) return resolved(whole[1]!, variables);
  return text.replaceAll(VARIABLE, (_, name: string) => String(resolved(name, variables)));
}

function resolved(name: string, variables: Variables): string | number {
  const value = variables(name);
  if (value === undefined) throw new Error(`unknown variable \${${name}}`);
  return value;
}
