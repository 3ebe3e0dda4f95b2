/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` in the words of a Dockerfile; a backslash keeps the `$`. */
export function expandVariables(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(VARIABLE, (whole, plain?: string, braced?: string, operator?: string, word?: string) => {
    if (whole === '\\$') return '$';
    const value = values[plain ?? braced!];
    if (operator === '-') return value || expandVariables(word!, values);
    if (operator === '+') return value ? expandVariables(word!, values) : '';
    return value ?? '';
  });
}

const VARIABLE = /\\\$|\$(?:(\w+)|\{(\w+)(?::([-+])((?:[^{}]|\$\{[^}]*\})*))?\})/g;

/** Splits at blanks outside quotes and takes the quotes away: `A="b c" D=e` -> `A=b c`, `D=e`. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let open = false;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\\' && quote !== "'" && i + 1 < text.length) {
      word += text[i + 1] === '$' ? '\\$' : text[i + 1];
      open = true;
      i++;
    } else if (quote === character) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      open = true;
    } else if (quote === '' && /\s/.test(character)) {
      if (open) words.push(word);
      word = '';
      open = false;
    } else {
      word += character;
      open = true;
    }
  }
  if (open) words.push(word);
  return words;
}

/** The pairs of ENV, LABEL and ARG: `A=1 B=2`, or the old form `A rest of the line`. */
export function parsePairs(text: string): [string, string][] {
  const words = splitWords(text);
  if (words[0]?.includes('=')) {
    return words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  }
  const [, name, value] = /^(\S+)\s+([\s\S]*)$/.exec(text) ?? [];
  return name === undefined ? [] : [[name, value!]];
}
