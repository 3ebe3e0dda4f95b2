import type { PathMatcher } from '../../xds/types/gen/envoy/type/matcher/v3/path_pb.js';
import { ConfigError } from '../errors.js';
import type { StreamInfo } from '../http/stream-info.js';
import { compileStringMatcher } from '../matching/string-matcher.js';

/** Matches the path without query and fragment. @throws ConfigError */
export function compilePathMatcher(matcher: PathMatcher, path: string): (info: StreamInfo) => boolean {
  if (matcher.rule.case !== 'path') throw new ConfigError(path, 'a path matcher needs a path');
  const matches = compileStringMatcher(matcher.rule.value, `${path}.path`);
  return (info) => info.path !== '' && matches(bare(info.path));
}

function bare(path: string): string {
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}
