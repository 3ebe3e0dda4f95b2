import { RuntimeError } from '../errors.js';

export type Variables = Readonly<Record<string, string>>;

/** `${a${b${c…}}}`: deeper than that nobody writes. */
const DEPTH_MAX = 32;

/** Splits at blanks outside quotes and `${…}`; quotes and escapes are kept. */
export function rawWords(text: string, escapeWith = '\\'): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let braces = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === escapeWith && quote !== "'" && at + 1 < text.length) {
      word += character + text[++at];
      continue;
    }
    if (quote === character) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    if (quote !== "'" && character === '$' && text[at + 1] === '{') braces++;
    if (braces > 0 && character === '}') braces--;
    if (quote === '' && braces === 0 && /\s/.test(character)) {
      if (word !== '') words.push(word);
      word = '';
    } else word += character;
  }
  if (word !== '') words.push(word);
  return words;
}

/**
 * A word as Docker reads it: variables replaced, then quotes and escapes gone. `$A`, `${A}`, and with a modifier `${A:-default}`,
 * `${A:+other}`, `${A:?message}` (without the colon for unset alone), `${A#pattern}`, `${A##…}`, `${A%…}`, `${A%%…}`,
 * `${A/pattern/text}`, `${A//…}`. Throws EXPANSION_INVALID.
 * @param keepQuotes for text that is no word, such as a here-document
 */
export function expandWord(text: string, values: Variables, escapeWith = '\\', keepQuotes = false): string {
  return new Expansion(text, values, escapeWith, keepQuotes).read('');
}

class Expansion {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly values: Variables,
    private readonly escapeWith: string,
    private readonly keepQuotes: boolean,
    private readonly depth = 0,
  ) {
    if (depth > DEPTH_MAX) throw invalid(`variables nested more than ${DEPTH_MAX} deep`);
  }

  /** Up to the unquoted character `end`, which is passed over; '' for all. */
  read(end: string): string {
    let result = '';
    while (this.at < this.text.length) {
      const character = this.text[this.at]!;
      if (character === end) {
        this.at++;
        return result;
      }
      if (character === '$') result += this.variable();
      else if (character === this.escapeWith) result += this.escaped();
      else if (character === "'" && !this.keepQuotes) result += this.single();
      else if (character === '"' && !this.keepQuotes) result += this.double();
      else {
        result += character;
        this.at++;
      }
    }
    if (end !== '') throw invalid(`a missing ${JSON.stringify(end)} in ${JSON.stringify(this.text)}`);
    return result;
  }

  private escaped(): string {
    const next = this.text[this.at + 1];
    if (this.keepQuotes && next !== '$' && next !== this.escapeWith) {
      this.at++;
      return this.escapeWith;
    }
    this.at += 2;
    return next ?? '';
  }

  private single(): string {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw invalid('a single quote that does not end');
    const inside = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return inside;
  }

  private double(): string {
    this.at++;
    let result = '';
    for (; this.at < this.text.length; ) {
      const character = this.text[this.at]!;
      if (character === '"') {
        this.at++;
        return result;
      }
      if (character === '$') result += this.variable();
      else if (character === this.escapeWith && /["$\\`]/.test(this.text[this.at + 1] ?? '')) {
        result += this.text[this.at + 1];
        this.at += 2;
      } else {
        result += character;
        this.at++;
      }
    }
    throw invalid('a double quote that does not end');
  }

  private variable(): string {
    const plain = /^\$(\w+)/.exec(this.text.slice(this.at, this.at + 256));
    if (plain) {
      this.at += plain[0].length;
      // `$1` and the like are empty, as in a script without arguments.
      return own(this.values, plain[1]!) ?? '';
    }
    if (this.text[this.at + 1] !== '{') {
      this.at++;
      return '$';
    }
    const [head, name, operator = ''] = /^\$\{(\w+)(:[-+?]|[-+?]|##?|%%?|\/\/?)?/.exec(this.text.slice(this.at)) ?? [];
    if (head === undefined || name === undefined) throw invalid(`a bad substitution in ${JSON.stringify(this.text)}`);
    this.at += head.length;
    const value = own(this.values, name);
    if (operator === '') {
      if (this.text[this.at] !== '}') throw invalid(`a bad substitution in ${JSON.stringify(this.text)}`);
      this.at++;
      return value ?? '';
    }
    const inner = new Expansion(
      this.text.slice(this.at),
      this.values,
      this.escapeWith,
      this.keepQuotes,
      this.depth + 1,
    );
    if (operator.startsWith('/')) {
      const pattern = inner.read('/');
      const replacement = inner.read('}');
      this.at += inner.at;
      return replaced(value ?? '', pattern, replacement, operator === '//');
    }
    const word = inner.read('}');
    this.at += inner.at;
    return modified(name, value, operator, word);
  }
}

function modified(name: string, value: string | undefined, operator: string, word: string): string {
  const isSet = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('-')) return isSet ? value! : word;
  if (operator.endsWith('+')) return isSet ? word : '';
  if (operator.endsWith('?')) {
    if (isSet) return value!;
    throw invalid(`${name}: ${word || (operator.startsWith(':') ? 'not set or empty' : 'not set')}`);
  }
  return trimmed(value ?? '', word, operator);
}

function trimmed(value: string, pattern: string, operator: string): string {
  const longest = operator.length === 2;
  const source = globSource(pattern, longest);
  if (operator.startsWith('#')) return value.replace(new RegExp(`^${source}`, 's'), '');
  const whole = new RegExp(`^(${globSource(pattern, true)})$`, 's');
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index);
  const cut = (longest ? cuts : cuts.reverse()).find((index) => whole.test(value.slice(index)));
  return cut === undefined ? value : value.slice(0, cut);
}

function replaced(value: string, pattern: string, replacement: string, all: boolean): string {
  if (pattern === '') return value;
  return value.replace(new RegExp(globSource(pattern, true), all ? 'gs' : 's'), () => replacement);
}

/** `*` and `?` as in a shell. */
function globSource(pattern: string, greedy: boolean): string {
  const parts = [...pattern].map((character) => {
    if (character === '*') return greedy ? '.*' : '.*?';
    return character === '?' ? '.' : character.replace(/[\\^$.|+(){}[\]/]/, '\\$&');
  });
  return parts.join('');
}

function own(values: Variables, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function invalid(what: string): RuntimeError {
  return new RuntimeError('EXPANSION_INVALID', `Cannot expand variables: there is ${what}`);
}
