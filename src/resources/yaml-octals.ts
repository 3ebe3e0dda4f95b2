import type { ScalarTag, Tags } from 'yaml';

const OCTAL = /^[-+]?0[0-7]+$/;

/**
 * `0644` as kubectl reads it: Kubernetes takes YAML 1.1, where a leading zero means octal, and `defaultMode: 0400` stands in many
 * manifests. The YAML 1.2 that our parser speaks would make it 400.
 */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: OCTAL,
  resolve: (text) => (text.startsWith('-') ? -1 : 1) * Number.parseInt(text.replace(/^[-+]/, ''), 8),
  stringify: ({ value }) => String(value),
  identify: () => false,
};

/** For the parser's option `customTags`. */
export const withOctals = (tags: Tags): Tags => [octal, ...tags];
