import { rawWords } from './shell-words.js';

/** A file inside of a Dockerfile: `<<EOF` and the lines up to `EOF`. */
export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** Whether variables in it are replaced: not where its name is quoted. */
  readonly expand: boolean;
}

export interface HeredocOpening {
  readonly name: string;
  readonly expand: boolean;
  /** `<<-`: tabs at the start of lines are taken away. */
  readonly chomp: boolean;
}

const OPENING = /^\d*<<(-?)(["']?)([a-zA-Z_][\w.-]*)\2$/;

/** The here-documents that an instruction's line opens. */
export function heredocsIn(line: string, escapeWith: string): HeredocOpening[] {
  if (!/^\s*(ONBUILD\s+)?(RUN|COPY|ADD)\s/i.test(line) || !line.includes('<<')) return [];
  return rawWords(line, escapeWith).flatMap((word) => {
    const opening = openingOf(word);
    return opening ? [opening] : [];
  });
}

export function openingOf(word: string): HeredocOpening | undefined {
  const [, dash, quote, name] = OPENING.exec(word) ?? [];
  return name === undefined ? undefined : { name, expand: quote === '', chomp: dash === '-' };
}

/** @param from index of the first line of the content @returns undefined when it does not end */
export function readHeredoc(
  lines: readonly string[],
  from: number,
  { name, expand, chomp }: HeredocOpening,
): { readonly heredoc: Heredoc; readonly end: number } | undefined {
  const content: string[] = [];
  for (let index = from; index < lines.length; index++) {
    const line = chomp ? lines[index]!.replace(/^\t+/, '') : lines[index]!;
    if (line === name) {
      const text = content.map((each) => `${each}\n`).join('');
      return { heredoc: { name, content: text, expand }, end: index };
    }
    content.push(line);
  }
  return undefined;
}
