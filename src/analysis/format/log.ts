import { type Message, originOf } from '../message.js';
import { documentationOf, type Level } from '../message-type.js';

const COLORS: Readonly<Record<Level, string>> = { Info: '', Warning: '\u001b[33m', Error: '\u001b[1;31m' };
const RESET = '\u001b[0m';

/** As `istioctl analyze`: one line for each message. */
export function formatLog(messages: readonly Message[], color: boolean): string {
  return messages.map((message) => `${headline(message, color)}\n`).join('');
}

/** With the field, where no line says it, what to do, and where more is said. */
export function formatText(messages: readonly Message[], color: boolean): string {
  return messages
    .map((message) => {
      const documentation = documentationOf(message.type);
      const field = message.subject.origin === undefined && message.field ? [`  at: ${message.field}`] : [];
      const lines = [headline(message, color), ...field, `  fix: ${message.fix}`];
      return [...lines, ...(documentation ? [`  see: ${documentation}`] : [])].map((line) => `${line}\n`).join('');
    })
    .join('');
}

function headline(message: Message, color: boolean): string {
  const { level, type } = message;
  const { code } = type;
  const shown = color && COLORS[level] ? `${COLORS[level]}${level}${RESET}` : level;
  return `${shown} [${code}] (${originOf(message)}) ${message.text}`;
}
