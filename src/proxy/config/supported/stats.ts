import type { SupportedFields } from './fields.js';

/** Which statistics are kept, and how their names are read. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.metrics.v3.StatsConfig': 'stats_tags use_all_default_tags stats_matcher histogram_bucket_settings',
  'envoy.config.metrics.v3.TagSpecifier': 'tag_name regex fixed_value',
  'envoy.config.metrics.v3.StatsMatcher': 'reject_all exclusion_list inclusion_list',
  'envoy.config.metrics.v3.HistogramBucketSettings': 'match buckets',
  'envoy.type.matcher.v3.ListStringMatcher': 'patterns',
};
