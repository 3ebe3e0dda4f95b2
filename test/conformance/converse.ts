import { connect } from 'node:net';

export interface Reply {
  readonly status: number;
  /** In alphabetical order, without those that differ from answer to answer. */
  readonly headers: readonly string[];
  /** As it stands on the wire: with its chunk sizes. */
  readonly body: string;
}

/** What came back on one connection. */
export interface Conversation {
  readonly answers: readonly Reply[];
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
  const parts = text.split(/(?=HTTP\/1\.[01] \d{3})/).filter((answer) => answer !== '');
  const answers = parts.map(reply);
  return { answers, ends: closed || (answers.at(-1)?.headers.includes('connection: close') ?? false) };
}

const CHANGING = /^(date|x-envoy-upstream-service-time): /;

function reply(answer: string): Reply {
  const end = answer.indexOf('\r\n\r\n');
  const [line = '', ...fields] = answer.slice(0, end).split('\r\n');
  return {
    status: Number(line.split(' ')[1]),
    headers: fields.filter((field) => !CHANGING.test(field)).sort(),
    body: answer.slice(end + 4),
  };
}
