import { type ListenerFilter, MORE, PASS } from '../listener/listener-filter.js';
import type { StatsStore } from '../stats/store.js';

const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n';
/** Envoy's limit: a request line that is not complete after so many bytes is none. */
const INSPECTED_BYTES_MAX = 64 * 1024;

/** `envoy.filters.listener.http_inspector`: whether the first bytes are HTTP/1.x or HTTP/2. */
export function compileHttpInspector(store: StatsStore): ListenerFilter {
  const counter = (name: string) => store.counter(`http_inspector.${name}`);
  const found: Readonly<Record<string, ReturnType<typeof counter>>> = {
    'http/1.0': counter('http10_found'),
    'http/1.1': counter('http11_found'),
    h2c: counter('http2_found'),
  };
  const notFound = counter('http_not_found');
  counter('read_error');
  return {
    reads: true,
    inspect(bytes, info) {
      if (info.transportProtocol !== '' && info.transportProtocol !== 'raw_buffer') return PASS;
      const protocol = protocolOf(bytes.toString('latin1', 0, INSPECTED_BYTES_MAX));
      if (protocol === undefined) return MORE;
      if (protocol === '') {
        notFound.value++;
        return PASS;
      }
      found[protocol]!.value++;
      info.applicationProtocols = [protocol];
      return PASS;
    },
  };
}

/** @returns '' for no HTTP, undefined while more bytes are needed */
function protocolOf(text: string): string | undefined {
  if (text.startsWith(HTTP2_PREFACE)) return 'h2c';
  if (HTTP2_PREFACE.startsWith(text)) return undefined;
  const line = /^[A-Z]+ [^\s]+ HTTP\/1\.([01])\r?\n/.exec(text);
  if (line !== null) return line[1] === '0' ? 'http/1.0' : 'http/1.1';
  const mayBeOne = /^[A-Z]*( [^\s]*( (H|HT|HTT|HTTP|HTTP\/|HTTP\/1|HTTP\/1\.|HTTP\/1\.[01]\r?)?)?)?$/.test(text);
  return mayBeOne && text.length < INSPECTED_BYTES_MAX ? undefined : '';
}
