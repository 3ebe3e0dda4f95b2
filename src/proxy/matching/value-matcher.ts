import type { JsonValue } from '@bufbuild/protobuf';
import type { DoubleMatcher } from '../../xds/types/gen/envoy/type/matcher/v3/number_pb.js';
import type { ValueMatcher } from '../../xds/types/gen/envoy/type/matcher/v3/value_pb.js';
import { ConfigError } from '../errors.js';
import { compileStringMatcher } from './string-matcher.js';

/** undefined: there is no such value. */
export type ValuePredicate = (value: JsonValue | undefined) => boolean;

/** @throws ConfigError */
export function compileValueMatcher(matcher: ValueMatcher | undefined, path: string): ValuePredicate {
  const pattern = matcher?.matchPattern;
  switch (pattern?.case) {
    case 'nullMatch':
      return (value) => value === null;
    case 'doubleMatch': {
      const matches = compileDoubleMatcher(pattern.value, `${path}.double_match`);
      return (value) => typeof value === 'number' && matches(value);
    }
    case 'stringMatch': {
      const matches = compileStringMatcher(pattern.value, `${path}.string_match`);
      return (value) => typeof value === 'string' && matches(value);
    }
    case 'boolMatch': {
      const wanted = pattern.value;
      return (value) => value === wanted;
    }
    case 'presentMatch': {
      const wanted = pattern.value;
      return (value) => (value !== undefined && value !== null) === wanted;
    }
    case 'listMatch': {
      const inner = pattern.value.matchPattern;
      const matches = compileValueMatcher(inner.value, `${path}.list_match.one_of`);
      return (value) => Array.isArray(value) && value.some(matches);
    }
    case 'orMatch': {
      const any = pattern.value.valueMatchers.map((one, i) =>
        compileValueMatcher(one, `${path}.or_match.value_matchers[${i}]`),
      );
      return (value) => any.some((matches) => matches(value));
    }
    default:
      throw new ConfigError(path, 'a value matcher needs a pattern');
  }
}

function compileDoubleMatcher(matcher: DoubleMatcher, path: string): (value: number) => boolean {
  const pattern = matcher.matchPattern;
  switch (pattern.case) {
    case 'exact': {
      const wanted = pattern.value;
      return (value) => value === wanted;
    }
    case 'range': {
      const { start, end } = pattern.value;
      return (value) => value >= start && value < end;
    }
    default:
      throw new ConfigError(path, 'a double matcher needs range or exact');
  }
}
