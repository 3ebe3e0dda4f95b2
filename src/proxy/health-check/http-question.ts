import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { HeaderMap } from '../../wire/http1/index.js';
import type { Host } from '../cluster/host.js';
import type { HttpSpec } from './http-spec.js';
import type { Http2Answer, Http2Question } from './http2-probe.js';
import type { ProbeOutcome } from './probe.js';

/** An HTTP check over HTTP/2. */
export class HttpQuestion implements Http2Question {
  readonly body: Buffer;
  readonly bodyLimit: number;

  constructor(private readonly spec: HttpSpec) {
    this.body = spec.body;
    this.bodyLimit = spec.bodyLimit;
  }

  headers(host: Host): OutgoingHttpHeaders {
    const { method, path } = this.spec;
    const sent: OutgoingHttpHeaders = { ':method': method, ':path': path, ':scheme': 'http' };
    this.spec.headers(host).forEach((name, value) => {
      if (name === 'host') sent[':authority'] = value;
      else sent[name] = value;
    });
    return sent;
  }

  judge({ headers, body }: Http2Answer): ProbeOutcome {
    return this.spec.judge(Number(headers[':status']), toMap(headers), body);
  }
}

function toMap(headers: IncomingHttpHeaders): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(':') && value !== undefined) map.add(name, String(value));
  }
  return map;
}
