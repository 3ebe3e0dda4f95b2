export type Level = 'Info' | 'Warning' | 'Error';

/** From the least to the worst. */
export const LEVELS: readonly Level[] = ['Info', 'Warning', 'Error'];

export interface MessageType {
  /** `IST0101`, or `TRY0101` for what Istio's analysis does not know. */
  readonly code: string;
  readonly name: string;
  readonly level: Level;
  /** What the code means, one sentence. */
  readonly description: string;
}

/** Whether a level is as bad as another, or worse. */
export function isAtLeast(level: Level, threshold: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
}

const ISTIO_DOCS = 'https://istio.io/latest/docs/reference/config/analysis';

/** Where Istio explains a code; undefined for our own. */
export function documentationOf({ code }: MessageType): string | undefined {
  return code.startsWith('IST') ? `${ISTIO_DOCS}/${code.toLowerCase()}/` : undefined;
}
