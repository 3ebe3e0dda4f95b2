import type { Level, MessageType } from './message-type.js';
import type { Subject } from './subject.js';

/** One thing that an analyzer found. */
export interface Message {
  readonly type: MessageType;
  /** The type's, or less where the case is harmless. */
  readonly level: Level;
  readonly subject: Subject;
  /** `spec.http[0].route[0].destination.host`; empty for the object as a whole. */
  readonly field: string;
  /** What is wrong, in Istio's words where Istio has the same message. */
  readonly text: string;
  /** What to do next, one sentence. */
  readonly fix: string;
}

/** `Warning [IST0101] (VirtualService shop/reviews shop.yaml:12:7)`: the object, and where it is written. */
export function originOf({ subject, field }: Message): string {
  return [friendlyName(subject), reference(subject, field)].filter((part) => part !== '').join(' ');
}

/** `VirtualService reviews.shop`, the form in which istioctl names and suppresses. */
export function friendlyName({ object }: Subject): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${name}${namespace ? `.${namespace}` : ''}`;
}

/** `shop.yaml:12:7`; empty for an object that no file holds. */
export function reference({ origin }: Subject, field: string): string {
  if (origin === undefined) return '';
  const { file, line, column } = origin.place(field);
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
