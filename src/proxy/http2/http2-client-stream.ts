import type { HeaderMap } from '../../wire/http1/index.js';
import { ERROR } from '../../wire/http2/index.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import type { Exchange, ResetReason, UpstreamStream } from '../pool/upstream-stream.js';
import type { TlsInfo } from '../tls/tls-info.js';
import type { HeaderBlock } from './header-block.js';
import type { Http2ClientConnection } from './http2-client-connection.js';
import type { Http2Session } from './http2-session.js';
import { Http2Stream } from './http2-stream.js';

/** One request at an endpoint that speaks HTTP/2. */
export class Http2ClientStream extends Http2Stream implements UpstreamStream {
  private exchange: Exchange | undefined;
  private upgrade = '';
  private isHead = false;

  constructor(
    session: Http2Session,
    id: number,
    private readonly connection: Http2ClientConnection,
  ) {
    super(session, id);
  }

  // As the stream of a request

  begin(exchange: Exchange, head: RequestHeaders, end: boolean, upgrade: string): void {
    this.exchange = exchange;
    this.upgrade = upgrade;
    this.isHead = head.method === 'HEAD';
    const { encoder } = this.session;
    // RFC 8441 §4: an upgrade is a CONNECT that names its protocol
    const extended = upgrade !== '' && upgrade !== 'connect';
    let block = encoder.begin() + encoder.field(':method', extended ? 'CONNECT' : head.method);
    if (extended) block += encoder.field(':protocol', upgrade);
    block += encoder.field(':authority', head.headers.get('host') ?? head.host);
    if (upgrade !== 'connect') block += encoder.field(':scheme', head.scheme) + encoder.field(':path', head.path);
    this.sendHeaders(this.session.encode(head.headers, block), end);
  }

  writeBody(buf: Uint8Array, start: number, end: number): void {
    if (end > start) this.sendBody(buf, start, end);
  }

  end(trailers: HeaderMap | undefined): void {
    this.sendEnd(trailers);
  }

  flush(): void {
    this.session.flush();
  }

  pause(): void {
    this.hold();
  }

  resume(): void {
    this.release();
  }

  abort(): void {
    this.exchange = undefined;
    this.reset(ERROR.cancel);
    this.session.flush();
  }

  get connectionId(): number {
    return this.connection.id;
  }

  get protocol(): string {
    return this.connection.protocol;
  }

  get tls(): TlsInfo | undefined {
    return this.connection.tls;
  }

  get localAddress(): string {
    return this.connection.localAddress;
  }

  // What the session tells

  onHeaders(block: HeaderBlock, end: boolean): void {
    if (block.fault !== undefined) {
      this.refuse(block);
      return;
    }
    const { exchange } = this;
    const { headers } = block;
    let status = Number(block.status);
    if (status < 200) {
      exchange?.onInformational({ status, headers });
      return;
    }
    this.headed = true;
    if (this.upgrade !== '' && this.upgrade !== 'connect' && status === 200) {
      status = 101; // as HTTP/1 says it
      headers.add('upgrade', this.upgrade);
    } else if (!this.isHead && status !== 304) this.expectLength(headers);
    if (end && !this.endRemote()) return;
    if (end) this.exchange = undefined;
    exchange?.onHead({ status, headers }, end);
    if (end) exchange?.onEnd(undefined);
  }

  onBody(buf: Buffer, start: number, end: number): void {
    this.exchange?.onBody(buf, start, end);
  }

  onRemoteEnd(trailers: HeaderMap | undefined): void {
    const { exchange } = this;
    this.exchange = undefined;
    // RFC 9113 §8.1: the answer is complete, whatever is left of the request
    if (!this.localEnded) this.reset(ERROR.none);
    exchange?.onEnd(trailers);
    exchange?.onReadEnd();
  }

  onReset(code: number | undefined): void {
    if (code === ERROR.refusedStream) {
      this.session.stats.counters.stream_refused_errors.value++;
      this.tell('stream_refused');
    } else if (code === ERROR.protocol) {
      this.tell('protocol_error');
    } else {
      this.tell(code === undefined ? 'remote_close' : 'stream_reset');
    }
  }

  onFault(): void {
    this.connection.onProtocolError();
    this.tell('protocol_error');
  }

  onWritable(): void {
    this.exchange?.onDrain();
  }

  onReadEnd(): void {
    this.exchange?.onReadEnd();
  }

  /** A head that breaks the rules, or a limit. */
  private refuse({ fault }: HeaderBlock): void {
    if (fault === 'too_large' || fault === 'too_many') this.session.stats.counters.header_overflow.value++;
    else this.session.stats.counters.rx_messaging_error.value++;
    this.fault(ERROR.protocol);
    if (fault !== 'too_large' && fault !== 'too_many' && !this.session.options.streamErrorOnInvalid)
      this.session.fail(undefined);
  }

  private tell(reason: ResetReason): void {
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.onReset(reason);
  }
}
