import { randomInt } from 'node:crypto';

/** Chance as an argument, so that a choice by weight or a jitter replays from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
}

export class SystemRandom implements Random {
  next(): number {
    return Math.random();
  }

  below(bound: number): number {
    return Math.floor(Math.random() * bound);
  }
}

/** Mulberry32: 32 bits of state, good enough for replayable tests and simulations. */
export class SeededRandom implements Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}

/** Letters and digits without vowels and look-alikes, as Kubernetes uses for generated names. */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A random suffix as in `reviews-v1-6fc97476f8-m2ntp`; unpredictable, not from a seed. */
export function nameSuffix(length = 5): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += NAME_ALPHABET[randomInt(NAME_ALPHABET.length)];
  return suffix;
}
