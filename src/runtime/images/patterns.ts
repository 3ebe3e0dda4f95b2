/** A path pattern of .dockerignore or COPY (Go's filepath.Match, with `**` for any number of folders) as a regular expression. */
export function patternExpression(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (pattern.startsWith('**/', i)) {
      source += '(?:.*/)?';
      i += 2;
    } else if (pattern.startsWith('**', i)) {
      source += '.*';
      i++;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const end = pattern.indexOf(']', i + 1);
      if (end < 0) source += '\\[';
      else {
        source += pattern.slice(i, end + 1).replace('[!', '[^');
        i = end;
      }
    } else source += character.replace(/[\\^$.|+(){}\]]/, '\\$&');
  }
  return new RegExp(`^${source}$`);
}

export function hasWildcard(path: string): boolean {
  return /[*?[]/.test(path);
}

/** Which files of a build's folder are left out; the last matching line of .dockerignore decides. */
export function ignoreRules(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const keep = line.startsWith('!');
      const pattern = (keep ? line.slice(1).trim() : line).replace(/^\/+|\/+$/g, '').replace(/^\.\//, '');
      return { keep, expression: patternExpression(pattern) };
    });
  return (path) => {
    let ignored = false;
    for (const { keep, expression } of rules)
      if (withParents(path).some((part) => expression.test(part))) ignored = !keep;
    return ignored;
  };
}

/** `a/b/c` -> a, a/b, a/b/c: a pattern that matches a folder matches all below it. */
function withParents(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
