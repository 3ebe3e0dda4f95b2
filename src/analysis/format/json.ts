import { friendlyName, type Message, reference } from '../message.js';
import { documentationOf } from '../message-type.js';

/** A message as `istioctl analyze -o json` prints it, and what to do. */
export interface MessageJson {
  readonly code: string;
  readonly level: string;
  /** `VirtualService reviews.shop` */
  readonly origin: string;
  /** `shop.yaml:12:7` */
  readonly reference?: string;
  readonly field?: string;
  readonly message: string;
  readonly fix: string;
  readonly documentationUrl?: string;
}

export function toJson(message: Message): MessageJson {
  const { type, subject, field, text, fix } = message;
  const at = reference(subject, field);
  const documentationUrl = documentationOf(type);
  return {
    code: type.code,
    level: message.level,
    origin: friendlyName(subject),
    ...(at ? { reference: at } : {}),
    ...(field ? { field } : {}),
    message: text,
    fix,
    ...(documentationUrl ? { documentationUrl } : {}),
  };
}
