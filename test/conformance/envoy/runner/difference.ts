import { stringify } from 'yaml';

/** Two values, line by line: `-` stands in ours only, `+` in Envoy's only. */
export function difference(ours: unknown, theirs: unknown): string {
  const [left, right] = [lines(ours), lines(theirs)];
  const common = longestCommon(left, right);
  const out: string[] = ['  - ours, + Envoy'];
  let [i, j] = [0, 0];
  for (const line of [...common, undefined]) {
    while (i < left.length && left[i] !== line) out.push(`  - ${left[i++]}`);
    while (j < right.length && right[j] !== line) out.push(`  + ${right[j++]}`);
    if (line !== undefined) {
      out.push(`    ${line}`);
      i++;
      j++;
    }
  }
  return out.join('\n');
}

function lines(value: unknown): string[] {
  return stringify(value === undefined ? null : value, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
}

function longestCommon(left: readonly string[], right: readonly string[]): string[] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        left[i] === right[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const common: string[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) {
      common.push(left[i]!);
      i++;
      j++;
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return common;
}
