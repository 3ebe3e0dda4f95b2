import type { Operator } from '../operator.js';

/** How much was said on the wire, on either side. */
export const BYTES_OPERATORS: Readonly<Record<string, Operator>> = {
  DOWNSTREAM_WIRE_BYTES_RECEIVED: ({ downstreamBytes }) => downstreamBytes.received,
  DOWNSTREAM_WIRE_BYTES_SENT: ({ downstreamBytes }) => downstreamBytes.sent,
  DOWNSTREAM_HEADER_BYTES_RECEIVED: ({ downstreamBytes }) => downstreamBytes.headerReceived,
  DOWNSTREAM_HEADER_BYTES_SENT: ({ downstreamBytes }) => downstreamBytes.headerSent,
  UPSTREAM_WIRE_BYTES_RECEIVED: ({ upstreamBytes }) => upstreamBytes?.received ?? 0,
  UPSTREAM_WIRE_BYTES_SENT: ({ upstreamBytes }) => upstreamBytes?.sent ?? 0,
  UPSTREAM_HEADER_BYTES_RECEIVED: ({ upstreamBytes }) => upstreamBytes?.headerReceived ?? 0,
  UPSTREAM_HEADER_BYTES_SENT: ({ upstreamBytes }) => upstreamBytes?.headerSent ?? 0,
};
