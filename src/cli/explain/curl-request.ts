import type { RequestSpec } from '../../explain/index.js';
import { CliError } from '../errors.js';

/** What of curl's command line says what is asked. */
export interface CurlOptions {
  readonly request?: string;
  readonly header?: readonly string[];
  readonly data?: string;
  readonly cookie?: string;
  readonly userAgent?: string;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;
const CURL_AGENT = 'curl';

/**
 * The request that curl would send.
 * @param words the URL, with the word `curl` before it or not
 * @throws CliError
 */
export function curlRequest(words: readonly string[], options: CurlOptions): RequestSpec {
  const [text, ...more] = words[0] === 'curl' ? words.slice(1) : words;
  if (text === undefined || more.length > 0) {
    throw new CliError(
      'USAGE',
      'one URL is needed',
      'For example: trysail explain http://reviews:9080/ -H "end-user: jason"',
    );
  }
  const url = parseUrl(text);
  const scheme = url.protocol.slice(0, -1) as 'http' | 'https';
  const headers = headersOf(options);
  const authority = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? url.host;
  return {
    method: options.request ?? (options.data === undefined ? 'GET' : 'POST'),
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port),
    authority,
    path: `${url.pathname}${url.search}`,
    headers: headers.filter(([name]) => name.toLowerCase() !== 'host'),
  };
}

function parseUrl(text: string): URL {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  try {
    const url = new URL(whole);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below.
  }
  throw new CliError('USAGE', `"${text}" is no http or https URL`);
}

function headersOf({ header = [], cookie, userAgent, data }: CurlOptions): [string, string][] {
  const given = header.map((text): [string, string] => {
    const colon = text.indexOf(':');
    if (colon < 1) throw new CliError('USAGE', `-H "${text}" has no "name: value"`);
    return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  });
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const usual: [string, string | undefined][] = [
    ['user-agent', userAgent ?? CURL_AGENT],
    ['accept', '*/*'],
    ['cookie', cookie],
    ['content-type', data === undefined ? undefined : 'application/x-www-form-urlencoded'],
  ];
  const missing = usual.filter((pair): pair is [string, string] => pair[1] !== undefined && !names.has(pair[0]));
  return [...given, ...missing];
}
