import type { Clock, Timer } from '../../base/clock.js';

const FLUSH_CHARS = 64 * 1024;
const FLUSH_AFTER_MS = 20;

/** Gathers texts for a sink that is dear per call. */
export class TextBuffer {
  private text = '';
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly sink: (text: string) => void,
  ) {}

  append(text: string): void {
    this.text += text;
    if (this.text.length >= FLUSH_CHARS) this.flush();
    else this.timer ??= this.clock.setTimer(FLUSH_AFTER_MS, () => this.flush());
  }

  flush(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.text === '') return;
    const { text } = this;
    this.text = '';
    this.sink(text);
  }
}
