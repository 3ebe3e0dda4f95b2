import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_WINDOW_BYTES, windowUpdateFrame } from '../../wire/http2/index.js';
import { compileStatsConfig } from '../stats/stats-config.js';
import { StatsStore } from '../stats/store.js';
import { DEAF, type Transport } from '../transport/transport.js';
import { compileHttp2Options } from './http2-options.js';
import { Http2Session, type SessionOwner } from './http2-session.js';
import { Http2Stats } from './http2-stats.js';
import { Http2Stream } from './http2-stream.js';

class BareStream extends Http2Stream {
  onHeaders(): void {}
  onBody(): void {}
  onRemoteEnd(): void {}
  onReset(): void {}
  onFault(): void {}
  onWritable(): void {}
  onReadEnd(): void {}
  pause(): void {
    this.hold();
  }
  resume(): void {
    this.release();
  }
}

const OWNER: SessionOwner = {
  head_bytes_max: 1_000,
  field_count_max: 10,
  openStream: () => undefined,
  onStreamClosed() {},
  onHeadBegan() {},
  onHeadComplete() {},
  onSettings() {},
  onGoaway() {},
  onPong() {},
  onBytes() {},
  onProtocolError() {},
  onFault() {},
  onSessionClosed() {},
};

/** Tells what was flushed to the peer. */
function recorder(): { transport: Transport; sent: () => string } {
  let text = '';
  let sent = '';
  const transport: Transport = {
    listener: DEAF,
    sent: { value: 0 },
    pushText(more) {
      text += more;
    },
    pushBytes() {},
    flush() {
      sent += text;
      text = '';
    },
    full: false,
    pause() {},
    resume() {},
    end() {},
    endAndDestroy() {},
    destroy() {},
    ended: false,
    peerEnded: false,
    localAddress: '',
  };
  return { transport, sent: () => sent };
}

test('a stream that reads on tells the peer at once, whoever made room: the peer may wait for nothing else', () => {
  const { transport, sent } = recorder();
  const options = { ...compileHttp2Options(undefined, ''), streamWindow_bytes: DEFAULT_WINDOW_BYTES };
  const stats = new Http2Stats(new StatsStore(compileStatsConfig(undefined, '')), '');
  const session = new Http2Session(transport, options, stats, OWNER, true);
  const stream = new BareStream(session, 1);
  session.addStream(stream);
  stream.pause();
  assert.ok(stream.receive(Buffer.alloc(DEFAULT_WINDOW_BYTES), 0, DEFAULT_WINDOW_BYTES, DEFAULT_WINDOW_BYTES));
  session.flush();
  const before = sent().length;
  stream.resume();
  assert.equal(sent().slice(before), windowUpdateFrame(1, DEFAULT_WINDOW_BYTES));
});
