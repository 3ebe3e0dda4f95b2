const SPAN = 4;
/** Room for so many fields is made with the first one; maps that are filled by hand need none. */
const FIELDS_MIN = 32;
const NO_SPANS = new Int32Array(0);
const NO_FLAGS = new Uint8Array(0);

/**
 * The fields of one message. What came from the wire stays one string with offsets into it, and is copied out in runs;
 * only what someone changes costs more. Names are in lower case; values are latin1, so any byte survives.
 */
export class HeaderMap {
  /** The head as received, names lowered in place. */
  private text = '';
  private spans = NO_SPANS;
  private parsed = 0;
  private removed = NO_FLAGS;
  private removedCount = 0;
  /** Fields were written with other than exactly one space after the colon: they are written out one by one. */
  private irregular = false;
  /** A bit for each length of a name that there is, modulo 32: most names that are asked for are not there. */
  private lengths = 0;
  private start = 0;
  private end = 0;
  /** Name, value, name, value … of what was added; what stands behind {@link addedEnd} is of an earlier message. */
  private readonly added: string[] = [];
  private addedEnd = 0;
  /** Names as the peer spelled them, when that is to be kept. */
  private spelled: string[] | undefined;

  clear(): void {
    this.text = '';
    this.parsed = 0;
    this.removedCount = 0;
    this.irregular = false;
    this.spelled = undefined;
    this.addedEnd = 0;
    this.lengths = 0;
  }

  /** Used by the parser: offsets are relative to the text given to {@link seal}. */
  pushSpan(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number, spelled?: string): void {
    const at = this.parsed * SPAN;
    if (at === this.spans.length) this.grow();
    this.spans[at] = nameStart;
    this.spans[at + 1] = nameEnd;
    this.spans[at + 2] = valueStart;
    this.spans[at + 3] = valueEnd;
    this.removed[this.parsed] = 0;
    this.lengths |= 1 << (nameEnd - nameStart);
    if (valueStart !== nameEnd + 2) this.irregular = true;
    if (spelled !== undefined) {
      this.spelled ??= [];
      this.spelled[this.parsed] = spelled;
    }
    this.parsed++;
  }

  /** A value had blanks after its end, which are not to be passed on. */
  markIrregular(): void {
    this.irregular = true;
  }

  seal(text: string, start: number, end: number): void {
    this.text = text;
    this.start = start;
    this.end = end;
  }

  /** Bytes of the fields as they came, counted as Envoy does: each with its colon, a blank, and one byte for the end of its line. */
  get parsedBytes(): number {
    return this.end - this.start - this.parsed;
  }

  get size(): number {
    return this.parsed - this.removedCount + this.addedEnd / 2;
  }

  has(name: string): boolean {
    if (!this.mayHave(name)) return false;
    return this.find(name) !== -1 || this.findAdded(name) !== -1;
  }

  /** The value; several fields of one name are joined with `,` as RFC 9110 §5.2 allows. */
  get(name: string): string | undefined {
    if (!this.mayHave(name)) return undefined;
    let joined: string | undefined;
    if (this.parsed > 0) {
      for (let i = this.find(name); i !== -1; i = this.find(name, i + 1)) {
        const value = this.valueAt(i);
        joined = joined === undefined ? value : `${joined},${value}`;
      }
    }
    for (let i = this.findAdded(name); i !== -1; i = this.findAdded(name, i + 2)) {
      const value = this.added[i + 1]!;
      joined = joined === undefined ? value : `${joined},${value}`;
    }
    return joined;
  }

  /** The value of the first field of that name. */
  first(name: string): string | undefined {
    const i = this.find(name);
    if (i !== -1) return this.valueAt(i);
    const at = this.findAdded(name);
    return at === -1 ? undefined : this.added[at + 1];
  }

  /** Whether the value of one of the fields of that name is such; undefined where there is no such field. */
  some(name: string, isSuch: (value: string) => boolean): boolean | undefined {
    let found: false | undefined;
    for (let i = this.find(name); i !== -1; i = this.find(name, i + 1)) {
      if (isSuch(this.valueAt(i))) return true;
      found = false;
    }
    for (let i = this.findAdded(name); i !== -1; i = this.findAdded(name, i + 2)) {
      if (isSuch(this.added[i + 1]!)) return true;
      found = false;
    }
    return found;
  }

  add(name: string, value: string): void {
    this.lengths |= 1 << name.length;
    this.added[this.addedEnd] = name;
    this.added[this.addedEnd + 1] = value;
    this.addedEnd += 2;
  }

  set(name: string, value: string): void {
    this.delete(name);
    this.add(name, value);
  }

  /** @returns whether there was one */
  delete(name: string): boolean {
    if (!this.mayHave(name)) return false;
    let found = false;
    if (this.parsed > 0) {
      for (let i = this.find(name); i !== -1; i = this.find(name, i + 1)) {
        this.removed[i] = 1;
        this.removedCount++;
        found = true;
      }
    }
    for (let i = this.findAdded(name); i !== -1; i = this.findAdded(name, i)) {
      this.added.copyWithin(i, i + 2, this.addedEnd);
      this.addedEnd -= 2;
      found = true;
    }
    return found;
  }

  forEach(visit: (name: string, value: string) => void): void {
    for (let i = 0; i < this.parsed; i++) {
      if (this.removed[i] === 0) visit(this.nameAt(i), this.valueAt(i));
    }
    for (let i = 0; i < this.addedEnd; i += 2) visit(this.added[i]!, this.added[i + 1]!);
  }

  /** An independent map with the same fields. */
  clone(): HeaderMap {
    const copy = new HeaderMap();
    this.forEach((name, value) => {
      copy.add(name, value);
    });
    return copy;
  }

  /** Every field as `name: value\r\n`. */
  serialize(): string {
    let out = this.serializeParsed();
    const added = this.added;
    for (let i = 0; i < this.addedEnd; i += 2) out += `${added[i]}: ${added[i + 1]}\r\n`;
    return out;
  }

  private serializeParsed(): string {
    if (this.parsed === 0) return '';
    if (this.irregular || this.spelled !== undefined) return this.serializeEach();
    if (this.removedCount === 0) return this.text.slice(this.start, this.end);
    let out = '';
    let runStart = this.start;
    for (let i = 0; i < this.parsed; i++) {
      if (this.removed[i] === 0) continue;
      const nameStart = this.spans[i * SPAN]!;
      if (nameStart > runStart) out += this.text.slice(runStart, nameStart);
      runStart = this.spans[i * SPAN + 3]! + 2;
    }
    return runStart < this.end ? out + this.text.slice(runStart, this.end) : out;
  }

  private serializeEach(): string {
    let out = '';
    for (let i = 0; i < this.parsed; i++) {
      if (this.removed[i] === 0) out += `${this.spelled?.[i] ?? this.nameAt(i)}: ${this.valueAt(i)}\r\n`;
    }
    return out;
  }

  private mayHave(name: string): boolean {
    return (this.lengths & (1 << name.length)) !== 0;
  }

  private nameAt(i: number): string {
    return this.text.slice(this.spans[i * SPAN], this.spans[i * SPAN + 1]);
  }

  private valueAt(i: number): string {
    return this.text.slice(this.spans[i * SPAN + 2], this.spans[i * SPAN + 3]);
  }

  private find(name: string, from = 0): number {
    const length = name.length;
    for (let i = from; i < this.parsed; i++) {
      const start = this.spans[i * SPAN]!;
      if (this.spans[i * SPAN + 1]! - start !== length || this.removed[i] === 1) continue;
      if (this.text.startsWith(name, start)) return i;
    }
    return -1;
  }

  private findAdded(name: string, from = 0): number {
    for (let i = from; i < this.addedEnd; i += 2) if (this.added[i] === name) return i;
    return -1;
  }

  private grow(): void {
    const count = Math.max(FIELDS_MIN, this.removed.length * 2);
    const spans = new Int32Array(SPAN * count);
    spans.set(this.spans);
    this.spans = spans;
    const removed = new Uint8Array(count);
    removed.set(this.removed);
    this.removed = removed;
  }
}
