import { RuntimeError } from '../errors.js';
import { type Heredoc, heredocsIn, readHeredoc } from './heredoc.js';
import { parseFlags } from './instruction-flags.js';
import { rawWords } from './shell-words.js';

/** One instruction of a Dockerfile. Its words are not yet expanded. */
export interface Instruction {
  /** Upper case. */
  readonly name: string;
  /** `--from=builder` as {from: ['builder']}; without a value `true`. Some may be repeated. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  /** All after name and flags, continuation lines joined. */
  readonly text: string;
  /** Present when the text is a JSON array of strings: the exec form. */
  readonly json?: readonly string[];
  readonly heredocs: readonly Heredoc[];
  /** `Dockerfile:12`, its first line, for errors. */
  readonly where: string;
  readonly line: number;
  /** The file's escape character. */
  readonly escapeWith: string;
}

const INSTRUCTIONS =
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  );
const LINES_MAX = 10_000;
const LINE_LENGTH_MAX = 65_536;
/** More edits than that, and a word is not a misspelt instruction. */
const TYPO_EDITS_MAX = 2;

/** Reads the text of a Dockerfile. Throws DOCKERFILE_INVALID with file and line. @param file its name in errors */
export function parseDockerfile(text: string, file = 'Dockerfile'): Instruction[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.length > LINES_MAX) throw invalid(`${file}:${LINES_MAX}`, `more than ${LINES_MAX} lines`);
  const escapeWith = escapeCharacter(lines, file);
  const instructions: Instruction[] = [];
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    if (isBlankOrComment(lines[index]!)) continue;
    let joined = '';
    for (; index < lines.length; index++) {
      const line = lines[index]!;
      if (line.length > LINE_LENGTH_MAX)
        throw invalid(`${file}:${index + 1}`, `a line longer than ${LINE_LENGTH_MAX} characters`);
      // Comments and empty lines inside a continued instruction are left out, as Docker does.
      if (index > start && isBlankOrComment(line)) continue;
      const trimmed = line.trimEnd();
      if (!trimmed.endsWith(escapeWith)) {
        joined += line;
        break;
      }
      joined += trimmed.slice(0, -1);
    }
    if (joined.trim() === '') continue;
    const where = `${file}:${start + 1}`;
    const heredocs: Heredoc[] = [];
    for (const opening of heredocsIn(joined, escapeWith)) {
      const body = readHeredoc(lines, index + 1, opening);
      if (!body) throw invalid(where, `unterminated heredoc: there is no line ${JSON.stringify(opening.name)}`);
      heredocs.push(body.heredoc);
      index = body.end;
    }
    instructions.push(parseInstruction(joined.trim(), { where, line: start + 1, escapeWith, heredocs }));
  }
  if (!instructions.some(({ name }) => name === 'FROM')) {
    throw invalid(
      `${file}:${lines.length}`,
      instructions.length === 0 ? 'file with no instructions' : 'no FROM instruction',
    );
  }
  return instructions;
}

type Place = Pick<Instruction, 'where' | 'line' | 'escapeWith' | 'heredocs'>;

/** @param text of one instruction, as ONBUILD keeps it too */
export function parseInstruction(text: string, place: Place): Instruction {
  const [, word, rest] = /^(\S+)\s*([\s\S]*)$/.exec(text)!;
  const name = word!.toUpperCase();
  if (!INSTRUCTIONS.includes(name)) throw invalid(place.where, `unknown instruction: ${word}${suggestion(name)}`);
  const { flags, body } = parseFlags(name, rest!, place.where);
  if (body === '') {
    const what = name === 'ENV' || name === 'LABEL' || name === 'ARG' ? `${name} must have arguments` : undefined;
    throw invalid(place.where, what ?? `${name} requires at least one argument`);
  }
  const json = JSON_FORMS.has(name) ? parseJson(healthCommand(name, body)) : undefined;
  if (name === 'SHELL' && !json) throw invalid(place.where, 'SHELL requires the arguments to be in JSON form');
  if (name === 'ONBUILD') checkTrigger(body, place);
  return { name, flags, text: body, ...(json ? { json } : {}), ...place };
}

const JSON_FORMS = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'HEALTHCHECK', 'RUN', 'SHELL', 'VOLUME']);

function healthCommand(name: string, body: string): string {
  return name === 'HEALTHCHECK' ? body.replace(/^CMD\s+/i, '') : body;
}

function checkTrigger(body: string, place: Place): void {
  const name = body.split(/\s/)[0]!.toUpperCase();
  if (name === 'ONBUILD') throw invalid(place.where, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === 'FROM' || name === 'MAINTAINER')
    throw invalid(place.where, `${name} isn't allowed as an ONBUILD trigger`);
  parseInstruction(body, place);
}

/** Anything but a list of strings is the shell form, as with Docker. */
function parseJson(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `# escape=\`` among the directives at the top, which end with the first line that is none. */
function escapeCharacter(lines: readonly string[], file: string): string {
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const [, name, value] = /^\s*#\s*([a-zA-Z][\w-]*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || !['syntax', 'escape', 'check'].includes(key)) break;
    if (seen.has(key)) throw invalid(`${file}:${index + 1}`, `only one ${key} parser directive can be used`);
    seen.add(key);
    if (key !== 'escape') continue;
    if (value !== '\\' && value !== '`')
      throw invalid(`${file}:${index + 1}`, `invalid ESCAPE ${JSON.stringify(value)}. Must be \` or \\`);
    return value;
  }
  return '\\';
}

function isBlankOrComment(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}

function suggestion(name: string): string {
  const nearest = INSTRUCTIONS.map((each) => ({ each, edits: editsBetween(each, name) })).sort(
    (a, b) => a.edits - b.edits,
  )[0];
  return nearest && nearest.edits <= TYPO_EDITS_MAX ? ` (did you mean ${nearest.each}?)` : '';
}

/** Levenshtein's distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}

/** The words of an instruction, quotes kept, for those that take a list. */
export function wordsOf({ text, escapeWith, json }: Instruction): readonly string[] {
  return json ?? rawWords(text, escapeWith);
}

/** @param where `Dockerfile:12` */
export function invalid(where: string, what: string): RuntimeError {
  return new RuntimeError('DOCKERFILE_INVALID', `${where}: ${what}`);
}
