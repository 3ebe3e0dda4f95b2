/**
 * A program that makes gRPC calls without a proxy. It is one of its own: what the library starts for a channel does not end with it.
 * Takes messages of {@link Calls}, answers each with who answered how often.
 */
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';
import { memo } from '../../src/compiler/memo.js';

export interface Calls {
  /** `xds:///echo:7070` */
  readonly target: string;
  readonly method: string;
  readonly count: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Bodies of answers, or codes of failures, and how often. */
export type Counts = Record<string, number>;

const CALL_DEADLINE_MS = 5_000;
const clients = new Map<string, Client>();

function say({ target, method, headers }: Calls): Promise<string> {
  const client = memo(clients, target, () => new Client(target, credentials.createInsecure()));
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const identity = (bytes: Buffer): Buffer => bytes;
  const options = { deadline: Date.now() + CALL_DEADLINE_MS };
  return new Promise((resolve) => {
    client.makeUnaryRequest(method, identity, identity, Buffer.alloc(0), metadata, options, (error, value) =>
      resolve(error ? (status[error.code] ?? String(error.code)) : String(value)),
    );
  });
}

async function answer(calls: Calls): Promise<void> {
  const counts: Counts = {};
  for (let i = 0; i < calls.count; i++) {
    const said = await say(calls);
    counts[said] = (counts[said] ?? 0) + 1;
  }
  process.send?.(counts);
}

register();
process.on('message', (calls: Calls) => void answer(calls));
process.on('disconnect', () => process.exit());
