import { badRequest } from '../status-error.js';

export type LabelMatcher = (labels: Readonly<Record<string, string>> | undefined) => boolean;

/** A selector longer than this is no selector. */
const SELECTOR_CHARS_MAX = 16_384;

const SET_REQUIREMENT = /^([\w./-]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY_REQUIREMENT = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/;
const EXISTENCE_REQUIREMENT = /^(!?)\s*([\w./-]+)$/;

/** Compiles `app=shop,tier in (a,b),!canary`, the text form of a label selector. Throws BadRequest. */
export function parseLabelSelector(text: string): LabelMatcher {
  if (text.length > SELECTOR_CHARS_MAX)
    throw badRequest(`label selector is longer than ${SELECTOR_CHARS_MAX} characters`);
  const requirements = splitOutsideParentheses(text).map(parseRequirement);
  return (labels) => requirements.every((requirement) => requirement(labels ?? {}));
}

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

function parseRequirement(text: string): Requirement {
  const set = SET_REQUIREMENT.exec(text);
  if (set) {
    const [, key, operator, list] = set;
    const values = new Set(list!.split(',').map((value) => value.trim()));
    return operator === 'in'
      ? (labels) => labels[key!] !== undefined && values.has(labels[key!]!)
      : (labels) => labels[key!] === undefined || !values.has(labels[key!]!);
  }
  const equality = EQUALITY_REQUIREMENT.exec(text);
  if (equality) {
    const [, key, operator, value] = equality;
    return operator === '!=' ? (labels) => labels[key!] !== value : (labels) => labels[key!] === value;
  }
  const existence = EXISTENCE_REQUIREMENT.exec(text);
  if (existence) {
    const [, not, key] = existence;
    return not ? (labels) => labels[key!] === undefined : (labels) => labels[key!] !== undefined;
  }
  throw badRequest(
    `unable to parse requirement: ${JSON.stringify(text)} is none of key=value, key!=value, key in (a,b), key notin (a,b), key, !key`,
  );
}

function splitOutsideParentheses(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
