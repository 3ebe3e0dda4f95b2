import type { Http2Options } from './http2-options.js';
import type { Http2Stats } from './http2-stats.js';

/** Counts what a peer can make cheaply in great number; each check says whether the session may go on. */
export class FloodGuard {
  private controlFrames = 0;
  private emptyFrames = 0;
  private priorityFrames = 0;
  private windowUpdates = 0;
  private dataFrames = 0;
  private streams = 0;

  constructor(
    private readonly options: Http2Options,
    private readonly stats: Http2Stats,
  ) {}

  /** A frame that the peer made us send, while it may not be reading. */
  onControlFrame(full: boolean): boolean {
    this.controlFrames = full ? this.controlFrames + 1 : 0;
    return this.within(this.controlFrames, this.options.controlFramesMax, 'outbound_control_flood');
  }

  onDrained(): void {
    this.controlFrames = 0;
  }

  /** HEADERS, CONTINUATION or DATA. @param empty no content, and not the end of anything */
  onFrame(empty: boolean): boolean {
    this.emptyFrames = empty ? this.emptyFrames + 1 : 0;
    return this.within(this.emptyFrames, this.options.emptyFramesMax, 'inbound_empty_frames_flood');
  }

  onStream(): void {
    this.streams++;
  }

  onPriority(): boolean {
    const max = this.options.priorityFramesMax * (1 + this.streams);
    return this.within(++this.priorityFrames, max, 'inbound_priority_frames_flood');
  }

  onDataSent(): void {
    this.dataFrames++;
  }

  onWindowUpdate(): boolean {
    const max = 5 + 2 * (this.streams + this.options.windowUpdatesMax * this.dataFrames);
    return this.within(++this.windowUpdates, max, 'inbound_window_update_frames_flood');
  }

  private within(
    count: number,
    max: number,
    stat:
      | 'outbound_control_flood'
      | 'inbound_empty_frames_flood'
      | 'inbound_priority_frames_flood'
      | 'inbound_window_update_frames_flood',
  ): boolean {
    if (count <= max) return true;
    this.stats.counters[stat].value++;
    return false;
  }
}
