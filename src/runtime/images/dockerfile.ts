import { RuntimeError } from '../errors.js';

/** One instruction of a Dockerfile. Its words are not yet expanded. */
export interface Instruction {
  /** Upper case. */
  readonly name: string;
  /** `--from=builder` as {from: 'builder'}; without a value `true`. */
  readonly flags: Readonly<Record<string, string>>;
  /** All after name and flags, continuation lines joined. */
  readonly text: string;
  /** Present when the text is a JSON array of strings: the exec form. */
  readonly json?: readonly string[];
  /** First line, from 1. */
  readonly line: number;
}

const KNOWN = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);
const LINES_MAX = 10_000;

/** Reads the text of a Dockerfile. Throws DOCKERFILE_INVALID with the line. */
export function parseDockerfile(text: string): Instruction[] {
  const lines = text.split(/\r?\n/);
  if (lines.length > LINES_MAX) throw invalid(LINES_MAX, `more than ${LINES_MAX} lines`);
  const continuation = escapeCharacter(lines);
  const instructions: Instruction[] = [];
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    if (isBlankOrComment(lines[index]!)) continue;
    let joined = '';
    for (; index < lines.length; index++) {
      const line = lines[index]!;
      // Comments and empty lines inside a continued instruction are left out, as Docker does.
      if (index > start && isBlankOrComment(line)) continue;
      const trimmed = line.trimEnd();
      if (!trimmed.endsWith(continuation)) {
        joined += line;
        break;
      }
      joined += trimmed.slice(0, -1);
    }
    if (joined.trim() !== '') instructions.push(parseInstruction(joined.trim(), start + 1));
  }
  if (!instructions.some(({ name }) => name === 'FROM')) throw invalid(lines.length, 'no FROM instruction');
  return instructions;
}

function parseInstruction(text: string, line: number): Instruction {
  const [, word, rest] = /^(\S+)\s*([\s\S]*)$/.exec(text)!;
  const name = word!.toUpperCase();
  if (name === 'ONBUILD') throw invalid(line, 'ONBUILD is not supported');
  if (!KNOWN.has(name)) throw invalid(line, `unknown instruction: ${word}`);
  const flags: Record<string, string> = {};
  let body = rest!;
  for (let flag = FLAG.exec(body); flag && name !== 'CMD'; flag = FLAG.exec(body)) {
    flags[flag[1]!] = flag[2] ?? 'true';
    body = body.slice(flag[0].length);
  }
  if (/<<-?["']?\w+/.test(body) && /^(RUN|COPY|ADD)$/.test(name)) {
    throw invalid(line, `${name} with a here-document is not supported`);
  }
  if (body === '' && name !== 'MAINTAINER') throw invalid(line, `${name} requires at least one argument`);
  const json = parseJson(body);
  return { name, flags, text: body, ...(json ? { json } : {}), line };
}

const FLAG = /^--([a-z-]+)(?:=(\S*))?\s+/;

function parseJson(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `# escape=\`` among the directives at the top. */
function escapeCharacter(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^#\s*(\w+)\s*=\s*(\S+)/.exec(line);
    if (!directive) break;
    if (directive[1]!.toLowerCase() === 'escape') return directive[2]!;
  }
  return '\\';
}

function isBlankOrComment(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}

export function invalid(line: number, what: string): RuntimeError {
  return new RuntimeError('DOCKERFILE_INVALID', `Dockerfile line ${line}: ${what}`);
}
