import { type Answer, bodyText } from './answer.js';

const BODILESS = new Set([101, 204, 304]);

interface Head {
  readonly status: number;
  readonly fields: readonly string[];
  readonly start: number;
}

/** Reads HTTP/1 answers from what one connection received. */
export class Http1Reader {
  text = '';
  /** What was read before the answer that is under way. */
  private informational: string[] = [];

  /**
   * Takes the next complete answer.
   * @param ended nothing more comes
   * @returns undefined while it is not complete
   */
  take(method: string, ended: boolean): Answer | undefined {
    for (;;) {
      const head = this.head();
      if (head === undefined) return undefined;
      if (head.status >= 200 || head.status === 101) {
        const answer = this.answer(head, method, ended);
        if (answer !== undefined) this.informational = [];
        return answer;
      }
      this.informational.push([String(head.status), ...head.fields].join(' '));
      const rest = this.text.slice(head.start);
      if (!rest.includes('\r\n\r\n') && !ended) return undefined;
      this.text = rest;
    }
  }

  private head(): Head | undefined {
    const end = this.text.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [line = '', ...fields] = this.text.slice(0, end).split('\r\n');
    const shown = fields.map((field) => {
      const colon = field.indexOf(':');
      return `${field.slice(0, colon)}: ${field.slice(colon + 1).trim()}`;
    });
    return { status: Number(line.split(' ')[1]), fields: shown.sort(), start: end + 4 };
  }

  private answer(head: Head, method: string, ended: boolean): Answer | undefined {
    const { informational } = this;
    const field = (name: string): string | undefined =>
      head.fields.find((one) => one.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2);
    const base = { status: head.status, headers: head.fields, ...(informational.length > 0 && { informational }) };
    const length = field('content-length');
    if (method === 'HEAD' || BODILESS.has(head.status) || (method === 'CONNECT' && head.status === 200)) {
      return this.finish(base, head.start, head.start);
    }
    if (field('transfer-encoding') !== undefined) return this.chunked(base, head.start, ended);
    if (length !== undefined) {
      const end = head.start + Number(length);
      if (this.text.length >= end) return this.finish(base, head.start, end);
      return ended ? { ...this.finish(base, head.start, this.text.length), ends: 'closed' } : undefined;
    }
    return ended ? this.finish(base, head.start, this.text.length) : undefined;
  }

  private chunked(base: Omit<Answer, 'body'>, start: number, ended: boolean): Answer | undefined {
    let body = '';
    for (let at = start; ; ) {
      const end = this.text.indexOf('\r\n', at);
      const size = end === -1 ? Number.NaN : Number.parseInt(this.text.slice(at, end), 16);
      if (size === 0) {
        const close = this.text.indexOf('\r\n\r\n', at);
        if (close !== -1) {
          const lines =
            close > end
              ? this.text
                  .slice(end + 2, close)
                  .split('\r\n')
                  .sort()
              : [];
          this.text = this.text.slice(close + 4);
          return { ...base, body: bodyText(body), ...(lines.length > 0 && { trailers: lines }) };
        }
      }
      if (size > 0 && this.text.length >= end + size + 4) {
        body += this.text.slice(end + 2, end + 2 + size);
        at = end + size + 4;
        continue;
      }
      if (!ended) return undefined;
      body += size > 0 ? this.text.slice(end + 2) : '';
      this.text = '';
      return { ...base, body: bodyText(body), ends: 'closed' };
    }
  }

  private finish(base: Omit<Answer, 'body'>, start: number, end: number): Answer {
    const body = bodyText(this.text.slice(start, end));
    this.text = this.text.slice(end);
    return { ...base, body };
  }
}
