/** RFC 7541 appendix A; index 0 is not used. */
export const STATIC_NAMES: readonly string[] = [
  '',
  ...(
    ':authority :method :method :path :path :scheme :scheme :status :status :status :status :status :status :status accept-charset ' +
    'accept-encoding accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control ' +
    'content-disposition content-encoding content-language content-length content-location content-range content-type cookie date ' +
    'etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link ' +
    'location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after server set-cookie ' +
    'strict-transport-security transfer-encoding user-agent vary via www-authenticate'
  ).split(' '),
];

export const STATIC_VALUES: readonly string[] = STATIC_NAMES.map(
  (_name, i) =>
    [
      '',
      '',
      'GET',
      'POST',
      '/',
      '/index.html',
      'http',
      'https',
      '200',
      '204',
      '206',
      '304',
      '400',
      '404',
      '500',
      '',
      'gzip, deflate',
    ][i] ?? '',
);

export const STATIC_COUNT = STATIC_NAMES.length - 1;

/** RFC 7541 §4.1. */
const ENTRY_OVERHEAD_BYTES = 32;

/** The dynamic table of one direction: entries by their age, the youngest has index 0. */
export class DynamicTable {
  private readonly names: string[] = [];
  private readonly values: string[] = [];
  /** Entries that left at the old end of the arrays. */
  private gone = 0;
  private bytes = 0;

  constructor(private limit_bytes: number) {}

  get count(): number {
    return this.names.length - this.gone;
  }

  /** How many entries there have been: the next one's number. */
  get total(): number {
    return this.shifted + this.names.length;
  }

  /** The number of the oldest entry that is still there. */
  get oldest(): number {
    return this.shifted + this.gone;
  }

  private shifted = 0;

  nameAt(index: number): string {
    return this.names[this.names.length - 1 - index]!;
  }

  valueAt(index: number): string {
    return this.values[this.values.length - 1 - index]!;
  }

  /** An entry that is larger than the table empties it and is not kept. @returns whether it was kept */
  add(name: string, value: string): boolean {
    const size = name.length + value.length + ENTRY_OVERHEAD_BYTES;
    this.evict(this.limit_bytes - size);
    if (size > this.limit_bytes) return false;
    this.names.push(name);
    this.values.push(value);
    this.bytes += size;
    return true;
  }

  resize(limit_bytes: number): void {
    this.limit_bytes = limit_bytes;
    this.evict(limit_bytes);
  }

  private evict(keep_bytes: number): void {
    while (this.bytes > keep_bytes && this.count > 0) {
      this.bytes -= this.names[this.gone]!.length + this.values[this.gone]!.length + ENTRY_OVERHEAD_BYTES;
      this.names[this.gone] = '';
      this.values[this.gone] = '';
      this.gone++;
    }
    if (this.gone < 64 || this.gone < this.count) return;
    this.names.splice(0, this.gone);
    this.values.splice(0, this.gone);
    this.shifted += this.gone;
    this.gone = 0;
  }
}
