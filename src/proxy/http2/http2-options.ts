import { DEFAULT_TABLE_BYTES, DEFAULT_WINDOW_BYTES, WINDOW_BYTES_MAX } from '../../wire/http2/index.js';
import type { Http2ProtocolOptions } from '../../xds/types/gen/envoy/config/core/v3/protocol_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';

/** Envoy's defaults. */
const CONCURRENT_STREAMS = 1024;
const STREAM_WINDOW_BYTES = 16 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 24 * 1024 * 1024;
const OUTBOUND_CONTROL_FRAMES_MAX = 1_000;
const EMPTY_FRAMES_MAX = 1;
const PRIORITY_FRAMES_PER_STREAM_MAX = 100;
const WINDOW_UPDATES_PER_DATA_FRAME_MAX = 10;
const KEEPALIVE_JITTER_PERCENT = 15;

/** PINGs that find out whether the peer still is there. */
export interface Keepalive {
  /** Between two PINGs; 0 for none. */
  readonly interval_ms: number;
  readonly timeout_ms: number;
  readonly jitter_percent: number;
}

/** `http2_protocol_options`, compiled. */
export interface Http2Options {
  readonly maxConcurrentStreams: number;
  readonly streamWindow_bytes: number;
  readonly connectionWindow_bytes: number;
  readonly table_bytes: number;
  /** RFC 8441. */
  readonly allowConnect: boolean;
  /** A message that is not valid resets its stream; otherwise it ends the connection. */
  readonly streamErrorOnInvalid: boolean;
  readonly controlFramesMax: number;
  readonly emptyFramesMax: number;
  readonly priorityFramesMax: number;
  readonly windowUpdatesMax: number;
  readonly keepalive: Keepalive | undefined;
}

/**
 * @param streamErrorOnInvalid what the connection manager says for all protocols
 * @throws ConfigError
 */
export function compileHttp2Options(
  config: Http2ProtocolOptions | undefined,
  path: string,
  streamErrorOnInvalid = false,
): Http2Options {
  return {
    maxConcurrentStreams: config?.maxConcurrentStreams ?? CONCURRENT_STREAMS,
    streamWindow_bytes: window(
      config?.initialStreamWindowSize,
      STREAM_WINDOW_BYTES,
      `${path}.initial_stream_window_size`,
    ),
    connectionWindow_bytes: window(
      config?.initialConnectionWindowSize,
      CONNECTION_WINDOW_BYTES,
      `${path}.initial_connection_window_size`,
    ),
    table_bytes: config?.hpackTableSize ?? DEFAULT_TABLE_BYTES,
    allowConnect: config?.allowConnect ?? false,
    streamErrorOnInvalid: config?.overrideStreamErrorOnInvalidHttpMessage ?? streamErrorOnInvalid,
    controlFramesMax: config?.maxOutboundControlFrames ?? OUTBOUND_CONTROL_FRAMES_MAX,
    emptyFramesMax: config?.maxConsecutiveInboundFramesWithEmptyPayload ?? EMPTY_FRAMES_MAX,
    priorityFramesMax: config?.maxInboundPriorityFramesPerStream ?? PRIORITY_FRAMES_PER_STREAM_MAX,
    windowUpdatesMax: config?.maxInboundWindowUpdateFramesPerDataFrameSent ?? WINDOW_UPDATES_PER_DATA_FRAME_MAX,
    keepalive: compileKeepalive(config?.connectionKeepalive),
  };
}

function compileKeepalive(config: Http2ProtocolOptions['connectionKeepalive']): Keepalive | undefined {
  if (config === undefined) return undefined;
  return {
    interval_ms: milliseconds(config.interval, 0),
    timeout_ms: milliseconds(config.timeout, 0),
    jitter_percent: config.intervalJitter?.value ?? KEEPALIVE_JITTER_PERCENT,
  };
}

function window(value: number | undefined, standard: number, path: string): number {
  if (value === undefined) return standard;
  if (value < DEFAULT_WINDOW_BYTES || value > WINDOW_BYTES_MAX)
    throw new ConfigError(path, `must be ${DEFAULT_WINDOW_BYTES} to ${WINDOW_BYTES_MAX}`);
  return value;
}
