import type { Message } from './message.js';
import { friendlyName } from './message.js';

const ANNOTATION = 'galley.istio.io/analyze-suppress';

/** `IST0103=Pod web-*.shop`: a code, and the objects on which it is not said. */
export interface Suppression {
  readonly code: string;
  readonly resource: string;
}

/** @returns undefined for a text that is not `CODE=KIND NAME.NAMESPACE` */
export function parseSuppression(text: string): Suppression | undefined {
  const [code, resource, ...more] = text.split('=');
  return code && resource && more.length === 0 ? { code, resource } : undefined;
}

export function isSuppressed(message: Message, suppressions: readonly Suppression[]): boolean {
  const codes = (message.subject.object.metadata.annotations?.[ANNOTATION] ?? '').split(',').map((code) => code.trim());
  if (codes.includes('*') || codes.includes(message.type.code)) return true;
  const name = friendlyName(message.subject);
  return suppressions.some(({ code, resource }) => code === message.type.code && matches(resource, name));
}

/** `*` stands for any text. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
