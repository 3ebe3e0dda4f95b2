import {
  type CertificateValidationContext,
  SubjectAltNameMatcher_SanType as Kind,
  type SubjectAltNameMatcher,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import { ConfigError } from '../errors.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import type { CertificateDetails } from './certificate-details.js';
import type { SubjectAltNames } from './subject-alt-names.js';

type NameTest = (certificate: CertificateDetails) => boolean;

/** Whether one of a certificate's names fits one of the matchers; undefined when there are none. @throws ConfigError */
export function compileAltNameMatchers(config: CertificateValidationContext, path: string): NameTest | undefined {
  const typed = config.matchTypedSubjectAltNames.map((matcher, i) =>
    compileOne(matcher, `${path}.match_typed_subject_alt_names[${i}]`),
  );
  const untyped = config.matchSubjectAltNames.map((matcher, i): NameTest => {
    const matches = compileStringMatcher(matcher, `${path}.match_subject_alt_names[${i}]`);
    return ({ altNames }) => altNames.all.some(matches);
  });
  const tests = [...typed, ...untyped];
  return tests.length === 0 ? undefined : (certificate) => tests.some((test) => test(certificate));
}

const LISTS: Readonly<Partial<Record<Kind, keyof SubjectAltNames>>> = {
  [Kind.DNS]: 'dns',
  [Kind.URI]: 'uri',
  [Kind.EMAIL]: 'email',
  [Kind.IP_ADDRESS]: 'ip',
};

function compileOne(config: SubjectAltNameMatcher, path: string): NameTest {
  const list = LISTS[config.sanType];
  if (list === undefined) throw new ConfigError(`${path}.san_type`, `${Kind[config.sanType]} is not supported`);
  if (config.matcher === undefined) throw new ConfigError(`${path}.matcher`, 'a matcher is needed');
  const { matchPattern } = config.matcher;
  if (list === 'dns' && matchPattern.case === 'exact') {
    const wanted = matchPattern.value.toLowerCase();
    return ({ altNames }) => altNames.dns.some((name) => coversHost(name.toLowerCase(), wanted));
  }
  const matches = compileStringMatcher(config.matcher, `${path}.matcher`);
  return ({ altNames }) => altNames[list].some(matches);
}

/** Whether a name of a certificate, maybe `*.example`, is that of a host; a star stands for one label. RFC 6125 §6.4.3. */
export function coversHost(name: string, host: string): boolean {
  if (name === host) return true;
  if (!name.startsWith('*.')) return false;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === name.slice(1);
}
