import { type ListenerFilter, MORE, PASS } from '../listener/listener-filter.js';

const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n';
/** The longest method of RFC 9110 and extensions in use, and a target that is decided on. */
const INSPECTED_BYTES_MAX = 8 * 1024;

/** `envoy.filters.listener.http_inspector`: whether the first bytes are HTTP/1.x or HTTP/2. */
export const HTTP_INSPECTOR: ListenerFilter = {
  reads: true,
  inspect(bytes, info) {
    if (info.transportProtocol === 'tls') return PASS;
    const text = bytes.toString('latin1', 0, INSPECTED_BYTES_MAX);
    if (text.startsWith(HTTP2_PREFACE)) {
      info.applicationProtocols = ['h2c'];
      return PASS;
    }
    if (HTTP2_PREFACE.startsWith(text)) return MORE;
    const line = /^[A-Z]+ [^\s]+ HTTP\/1\.([01])\r?\n/.exec(text);
    if (line !== null) {
      info.applicationProtocols = [line[1] === '0' ? 'http/1.0' : 'http/1.1'];
      return PASS;
    }
    return /^[A-Z]*( [^\s]*( [HTP/1.0\r]*)?)?$/.test(text) && text.length < INSPECTED_BYTES_MAX ? MORE : PASS;
  },
};
