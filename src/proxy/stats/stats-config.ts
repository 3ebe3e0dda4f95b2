import type { RE2JS } from 're2js';
import type {
  HistogramBucketSettings,
  StatsConfig as StatsConfigMessage,
  StatsMatcher,
  TagSpecifier,
} from '../../xds/types/gen/envoy/config/metrics/v3/stats_pb.js';
import { ConfigError } from '../errors.js';
import { compilePattern } from '../matching/regex.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import { DEFAULT_TAGS, type TagExtractor } from './tags.js';

/** Bounds of buckets unless the bootstrap has others: Envoy's, for milliseconds. */
export const DEFAULT_BUCKETS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** A compiled `stats_config` of a bootstrap. */
export interface StatsConfig {
  /** Whether a metric of this name is kept. */
  keeps(name: string): boolean;
  readonly extractors: readonly TagExtractor[];
  /** Tags that every metric has. */
  readonly fixedTags: readonly (readonly [tag: string, value: string])[];
  /** Ascending bounds of a histogram's buckets. */
  bucketsOf(name: string): readonly number[];
}

export const DEFAULT_STATS_CONFIG: StatsConfig = {
  keeps: () => true,
  extractors: DEFAULT_TAGS,
  fixedTags: [],
  bucketsOf: () => DEFAULT_BUCKETS,
};

/** @throws ConfigError */
export function compileStatsConfig(config: StatsConfigMessage | undefined, path: string): StatsConfig {
  if (config === undefined) return DEFAULT_STATS_CONFIG;
  const custom = config.statsTags.flatMap((tag, i) => compileTag(tag, `${path}.stats_tags[${i}]`));
  const fixedTags = config.statsTags.flatMap((tag) =>
    tag.tagValue.case === 'fixedValue' ? [[tag.tagName, tag.tagValue.value] as const] : [],
  );
  return {
    keeps: compileMatcher(config.statsMatcher, `${path}.stats_matcher`),
    extractors: config.useAllDefaultTags === false ? custom : withDefaults(custom),
    fixedTags,
    bucketsOf: compileBuckets(config.histogramBucketSettings, `${path}.histogram_bucket_settings`),
  };
}

/** The user's regex of a name stands in for Envoy's. */
function withDefaults(custom: readonly TagExtractor[]): readonly TagExtractor[] {
  const own = new Set(custom.map(({ tag }) => tag));
  return [...DEFAULT_TAGS.filter(({ tag }) => !own.has(tag)), ...custom];
}

/** A tag without a value takes the default regex of its name. */
function compileTag(tag: TagSpecifier, path: string): readonly TagExtractor[] {
  if (tag.tagName === '') throw new ConfigError(`${path}.tag_name`, 'a tag needs a name');
  if (tag.tagValue.case === 'fixedValue') return [];
  if (tag.tagValue.case === undefined || tag.tagValue.value === '') {
    const known = DEFAULT_TAGS.filter((extractor) => extractor.tag === tag.tagName);
    if (known.length === 0) throw new ConfigError(path, `no regex specified for tag ${JSON.stringify(tag.tagName)}`);
    return known;
  }
  return [customTag(tag.tagName, compilePattern(tag.tagValue.value, `${path}.regex`))];
}

function customTag(tag: string, pattern: RE2JS): TagExtractor {
  return {
    tag,
    find(name) {
      const matcher = pattern.matcher(name);
      if (!matcher.find() || matcher.groupCount() < 1 || matcher.start(1) < 0) return undefined;
      const inner = matcher.groupCount() > 1 ? matcher.group(2) : null;
      return { start: matcher.start(1), end: matcher.end(1), value: inner ?? matcher.group(1) ?? '' };
    },
  };
}

function compileMatcher(matcher: StatsMatcher | undefined, path: string): (name: string) => boolean {
  const rule = matcher?.statsMatcher ?? { case: undefined };
  switch (rule.case) {
    case undefined:
      return () => true;
    case 'rejectAll':
      return rule.value ? () => false : () => true;
    default: {
      const included = rule.case === 'inclusionList';
      const field = included ? 'inclusion_list' : 'exclusion_list';
      const patterns = rule.value.patterns.map((pattern, i) =>
        compileStringMatcher(pattern, `${path}.${field}.patterns[${i}]`),
      );
      return (name) => patterns.some((matches) => matches(name)) === included;
    }
  }
}

function compileBuckets(
  settings: readonly HistogramBucketSettings[],
  path: string,
): (name: string) => readonly number[] {
  const rules = settings.map((setting, i) => {
    const at = `${path}[${i}]`;
    if (setting.match === undefined) throw new ConfigError(`${at}.match`, 'a matcher is needed');
    if (setting.buckets.length === 0) throw new ConfigError(`${at}.buckets`, 'at least one bucket is needed');
    return {
      matches: compileStringMatcher(setting.match, `${at}.match`),
      buckets: [...new Set(setting.buckets)].sort((a, b) => a - b),
    };
  });
  return (name) => rules.find((rule) => rule.matches(name))?.buckets ?? DEFAULT_BUCKETS;
}
