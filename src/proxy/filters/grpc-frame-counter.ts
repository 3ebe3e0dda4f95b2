const FRAME_HEAD_BYTES = 5;

/** Counts gRPC's messages in a body, wherever it is split. */
export class GrpcFrameCounter {
  private headLeft = 0;
  private length = 0;
  private bodyLeft = 0;

  /** @returns how many messages begin in these bytes */
  count(buf: Uint8Array, start: number, end: number): number {
    let begun = 0;
    for (let at = start; at < end; ) {
      if (this.headLeft === 0 && this.bodyLeft === 0) {
        begun++;
        this.headLeft = FRAME_HEAD_BYTES;
        this.length = 0;
      }
      if (this.headLeft > 0) {
        // the first byte is of flags
        if (this.headLeft < FRAME_HEAD_BYTES) this.length = this.length * 256 + buf[at]!;
        at++;
        if (--this.headLeft === 0) this.bodyLeft = this.length;
        continue;
      }
      const step = Math.min(this.bodyLeft, end - at);
      this.bodyLeft -= step;
      at += step;
    }
    return begun;
  }
}
