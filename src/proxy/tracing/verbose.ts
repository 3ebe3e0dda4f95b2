import type { StreamInfo } from '../http/stream-info.js';
import type { Span } from './span.js';

type Micros = (at_ms: number) => number;

/** `verbose`: when the parts of a request went by, with Envoy's names. */
export function annotateRequest(span: Span, stream: StreamInfo, micros: Micros): void {
  const note = noter(span, micros);
  note('last_downstream_rx_byte_received', stream.requestEnd_ms || stream.start_ms);
  annotateUpstream(stream, stream.end_ms, note);
  if (stream.status === 0) return;
  note('first_downstream_tx_byte_sent', stream.firstUpstreamByte_ms || stream.end_ms);
  note('last_downstream_tx_byte_sent', stream.end_ms);
}

/** The same of one attempt. */
export function annotateAttempt(span: Span, stream: StreamInfo, now_ms: number, micros: Micros): void {
  annotateUpstream(stream, now_ms, noter(span, micros));
}

type Note = (name: string, at_ms: number) => void;

function annotateUpstream(stream: StreamInfo, end_ms: number, note: Note): void {
  note('first_upstream_tx_byte_sent', stream.upstreamBegin_ms);
  note(
    'last_upstream_tx_byte_sent',
    stream.upstreamBegin_ms && Math.max(stream.upstreamBegin_ms, stream.requestEnd_ms),
  );
  note('first_upstream_rx_byte_received', stream.firstUpstreamByte_ms);
  note('last_upstream_rx_byte_received', stream.firstUpstreamByte_ms && end_ms);
}

/** 0 is a moment that was not reached. */
function noter(span: Span, micros: Micros): Note {
  return (name, at_ms) => {
    if (at_ms !== 0) span.annotations.push({ at_us: micros(at_ms), name });
  };
}
