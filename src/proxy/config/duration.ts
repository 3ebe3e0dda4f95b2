import type { Duration } from '@bufbuild/protobuf/wkt';

/** Milliseconds, or `absent` when the message is. */
export function milliseconds<T>(duration: Duration | undefined, absent: T): number | T {
  if (duration === undefined) return absent;
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
