export { Histogram } from './histogram.js';

export class Counter {
  value = 0;

  constructor(readonly name: string) {}

  inc(): void {
    this.value++;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

export class Gauge {
  value = 0;

  constructor(readonly name: string) {}

  inc(): void {
    this.value++;
  }

  dec(): void {
    this.value--;
  }

  set(value: number): void {
    this.value = value;
  }
}
