/** No more than this many are reported: one tells the user enough. */
const DUPLICATES_MAX = 100;

interface Frame {
  readonly path: string;
  /** Keys seen so far; undefined in an array. */
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
}

/** Strings, and the punctuation that makes structure; all else is skipped. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Paths of fields that a JSON text gives twice (`spec.replicas`), which JSON.parse lets pass in silence.
 * @param text that JSON.parse accepts
 */
export function duplicateKeys(text: string): string[] {
  const duplicates: string[] = [];
  const stack: Frame[] = [];
  let pendingKey: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    const frame = stack.at(-1);
    if (token === '{' || token === '[') {
      stack.push({
        path: frame ? pathInto(frame) : '',
        keys: token === '{' ? new Set() : undefined,
        index: 0,
        key: '',
      });
    } else if (token === '}' || token === ']') {
      stack.pop();
    } else if (token === ',') {
      if (frame) frame.index++;
    } else if (token === ':') {
      if (!frame?.keys || pendingKey === undefined) continue;
      frame.key = JSON.parse(pendingKey) as string;
      if (frame.keys.has(frame.key) && duplicates.length < DUPLICATES_MAX) duplicates.push(pathInto(frame));
      frame.keys.add(frame.key);
    } else {
      pendingKey = token;
    }
  }
  return duplicates;
}

function pathInto(frame: Frame): string {
  if (!frame.keys) return `${frame.path}[${frame.index}]`;
  return frame.path === '' ? frame.key : `${frame.path}.${frame.key}`;
}
