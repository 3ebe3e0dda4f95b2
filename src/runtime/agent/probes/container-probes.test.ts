import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from 'kubernetes-types/core/v1.js';
import { FakeClock } from '../../../base/fake-clock.js';
import { ContainerProbes } from './container-probes.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The seconds after the container's start at which a probe that always fails was tried, and when it killed. */
async function failing(container: Partial<Container>, until_s: number): Promise<{ tried: number[]; killed?: number }> {
  const clock = new FakeClock();
  const tried: number[] = [];
  let killed: number | undefined;
  const now_s = (): number => clock.monotonic_ms() / 1_000 - start_s;
  const start_s = clock.monotonic_ms() / 1_000;
  const check = async () => {
    tried.push(now_s());
    return { ok: false, message: 'connection refused', refused: true };
  };
  const listener = {
    onStarted: () => {},
    onReady: () => {},
    onUnhealthy: () => {},
    onDead: () => {
      killed = now_s();
    },
  };
  const probes = new ContainerProbes({ name: 'c', ...container }, clock, check, listener);
  probes.start();
  for (let passed_s = 0; passed_s < until_s; passed_s += 1) {
    clock.advance(1_000);
    await settled();
  }
  probes.stop();
  return { tried, ...(killed !== undefined && { killed }) };
}

test('probes: a program has its first period to itself before liveness is asked', async () => {
  const livenessProbe = { httpGet: { port: 80 }, periodSeconds: 3, failureThreshold: 2 };
  assert.deepEqual(await failing({ livenessProbe }, 10), { tried: [3, 6], killed: 6 });
});

test('probes: initialDelaySeconds that is longer than the period is kept', async () => {
  const livenessProbe = { httpGet: { port: 80 }, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 5 };
  assert.deepEqual(await failing({ livenessProbe }, 10), { tried: [5], killed: 5 });
});
