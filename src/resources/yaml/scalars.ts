import type { ScalarTag, Tags } from 'yaml';

const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const BOOLEAN = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0o?[0-7_]+|[1-9][\d_]*|0)$/;
const NUMBER = /^[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?$/;

/**
 * Plain scalars as kubectl reads them (asked of kubectl 1.32): YAML 1.1, where a leading zero means octal and `yes` is true, as
 * in many manifests: `defaultMode: 0400`. The YAML 1.2 that our parser speaks would make other values of them.
 */
const SCALARS: readonly ScalarTag[] = [
  tag(
    'bool',
    BOOLEAN,
    (text) => TRUE.test(text),
    (value) => typeof value === 'boolean',
  ),
  tag('int', INTEGER, integer, Number.isInteger),
  tag('float', NUMBER, (text) => Number(text.replaceAll('_', '')), isFraction),
];

function isFraction(value: unknown): boolean {
  return Number.isFinite(value) && !Number.isInteger(value);
}

function tag(
  name: string,
  test: RegExp,
  resolve: (text: string) => unknown,
  identify: (value: unknown) => boolean,
): ScalarTag {
  return {
    tag: `tag:yaml.org,2002:${name}`,
    default: true,
    test,
    resolve,
    // What is written anew keeps the words of the text.
    stringify: ({ source, value }) => source ?? String(value),
    identify,
  };
}

function integer(text: string): number {
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
  const octal = /^0o?([0-7]+)$/.exec(digits)?.[1];
  const size = octal === undefined ? Number(digits) : Number.parseInt(octal, 8);
  return text.startsWith('-') ? -size : size;
}

/** For the parser's option `customTags`. */
export const kubernetesScalars = (tags: Tags): Tags => [...SCALARS, ...tags];
