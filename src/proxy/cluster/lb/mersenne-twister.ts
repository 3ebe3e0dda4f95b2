const SIZE = 624;
const MIDDLE = 397;

/** MT19937 (Matsumoto and Nishimura, 1998): Envoy's order of jumps follows its numbers, and ours must be the same. */
export class MersenneTwister {
  private readonly state = new Uint32Array(SIZE);
  private at = SIZE;

  /** @param seed of 32 bits */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const previous = this.state[i - 1]!;
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** Of 32 bits. */
  next(): number {
    if (this.at === SIZE) this.twist();
    let y = this.state[this.at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform in [0, bound), by dropping what would favour the lower numbers. */
  below(bound: number): number {
    const width = Math.floor(0x100000000 / bound);
    for (;;) {
      const drawn = Math.floor(this.next() / width);
      if (drawn < bound) return drawn;
    }
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE]! ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.at = 0;
  }
}
