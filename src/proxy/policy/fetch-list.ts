import { LIST_LENGTH_MAX_CHARS } from '../../policy/index.js';

const TIMEOUT_MS = 10_000;

/** The body of a list provider's 200 answer. Rejects with a reason otherwise. */
export async function fetchList(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LIST_LENGTH_MAX_CHARS)
      throw new Error(`${url} is longer than ${LIST_LENGTH_MAX_CHARS} characters`);
  }
  return text + decoder.decode();
}
