import { connect } from 'node:net';

/** What came back on one connection. */
export interface Conversation {
  /** Of each answer, in order: its status and its body. */
  readonly answers: readonly string[];
  /** The proxy ended the connection, or said in its last answer that it is about to. */
  readonly ends: boolean;
}

/** A proxy that has said nothing for so long will not; one that has begun says the rest sooner. */
const SILENT_MS = 4_000;
const QUIET_MS = 500;

/** Sends bytes on a new connection and reads until the proxy closes it or is silent. */
export function converse(port: number, bytes: string, address = '127.0.0.1'): Promise<Conversation> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, address, () => socket.write(bytes, 'latin1'));
    let timer = setTimeout(() => finish(false), SILENT_MS);
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(read(text, closed));
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), QUIET_MS);
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
  });
}

function read(text: string, closed: boolean): Conversation {
  const answers = text.split(/(?=HTTP\/1\.[01] \d{3})/).filter((answer) => answer !== '');
  const saysSo = /\r\nconnection: close\r\n/i.test(answers.at(-1) ?? '');
  return { answers: answers.map(statusAndBody), ends: closed || saysSo };
}

function statusAndBody(answer: string): string {
  const end = answer.indexOf('\r\n\r\n');
  return `${answer.split(' ')[1]} ${answer.slice(end + 4)}`.trim();
}
