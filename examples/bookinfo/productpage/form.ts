import type { IncomingMessage } from 'node:http';

const FORM_BYTES_MAX = 4096;

/** The fields of a form that was posted; undefined for one that is too long. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: a browser that still writes would not see the answer.
    if (bytes <= FORM_BYTES_MAX) chunks.push(chunk);
  }
  return bytes > FORM_BYTES_MAX ? undefined : new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
