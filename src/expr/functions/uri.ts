import { Failure } from '../values.js';
import { dnsNamesEqual } from './dns-name.js';

/** RFC 3986 appendix B. */
const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s;
const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*$/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;
const AUTHORITY = /^(?:([^@]*)@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/;

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly user: string;
  /** Path, query and fragment. */
  readonly rest: string;
}

/** `uri("http://istio.io")`, also one without scheme or host. */
export function uri(text: string): string | Failure {
  if (text === '') return new Failure('error converting string to uri: empty string');
  const parts = parse(text);
  return parts instanceof Failure ? parts : text;
}

/** The case of the scheme makes no difference, nor for http and https how the host is written. */
export function urisEqual(a: string, b: string): boolean | Failure {
  const first = parse(a);
  if (first instanceof Failure) return first;
  const second = parse(b);
  if (second instanceof Failure) return second;
  const { scheme } = first;
  const sameHost =
    scheme === 'http' || scheme === 'https' ? dnsNamesEqual(first.host, second.host) : first.host === second.host;
  return (
    sameHost &&
    scheme === second.scheme &&
    first.port === second.port &&
    first.user === second.user &&
    first.rest === second.rest
  );
}

function parse(text: string): Parts | Failure {
  const match = PARTS.exec(text)!;
  const scheme = match[1] ?? '';
  const [path, query, fragment] = [match[3] ?? '', match[4] ?? '', match[5] ?? ''];
  const authority = AUTHORITY.exec(match[2] ?? '');
  const problem =
    (match[1] !== undefined && !SCHEME.test(scheme) && 'first path segment in URL cannot contain colon') ||
    (text.startsWith(':') && 'missing protocol scheme') ||
    (/[\x00-\x1f\x7f]/.test(text) && 'invalid control character in URL') ||
    ((authority === null || /[\s"<>\\^`{|}]/.test(authority[2]!)) && 'invalid host or port') ||
    (BAD_ESCAPE.test((match[2] ?? '') + path + fragment) && 'invalid URL escape');
  if (problem) return new Failure(`error converting string to uri '${text}': 'parse ${text}: ${problem}'`);
  const [, user = '', host = '', port = ''] = authority!;
  return { scheme: scheme.toLowerCase(), host, port, user, rest: path + query + fragment };
}
