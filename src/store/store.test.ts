import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EphemeralJournal, type Record } from './journal.js';
import { JournaledStore } from './journaled-store.js';
import { ephemeralStore } from './open.js';
import type { Change, Store, StoreEvent } from './store.js';

type Value = { readonly n: number };

function put(key: string, n: number, expected?: number): Change<Value> {
  return { type: 'put', key, value: () => ({ n }), ...(expected !== undefined && { expected }) };
}

function summary(events: readonly StoreEvent<Value>[]): string[] {
  return events.map((event) => `${event.revision} ${event.type} ${event.key} ${event.value?.n ?? '-'}`);
}

async function filled(keys: readonly string[]): Promise<Store<Value>> {
  const store = ephemeralStore<Value>();
  for (const [n, key] of keys.entries()) await store.write([put(key, n)]);
  return store;
}

test('each write transaction gets the next revision, and all its changes that one', async () => {
  const store = ephemeralStore<Value>();
  assert.equal(await store.write([put('a/1', 1)]), 1);
  assert.equal(await store.write([put('a/2', 2), put('a/3', 3)]), 2);
  assert.deepEqual(
    store.range({ prefix: 'a/' }).entries.map((entry) => entry.revision),
    [1, 2, 2],
  );
  await store.close();
});

test('a value is made with the revision that it gets, and frozen', async () => {
  const store = ephemeralStore<{ at: number }>();
  await store.write([{ type: 'put', key: 'k', value: (revision) => ({ at: revision }) }]);
  assert.equal(store.get('k')?.value.at, 1);
  assert.throws(() => {
    store.get('k')!.value.at = 2;
  }, TypeError);
  await store.close();
});

test('compare-and-swap sees writes that are still on their way', async () => {
  const store = ephemeralStore<Value>();
  const first = store.write([put('k', 1, 0)]);
  assert.equal(store.get('k'), undefined);
  assert.equal(store.latest('k')?.value.n, 1);
  await assert.rejects(store.write([put('k', 2, 0)]), { code: 'CONFLICT' });
  const second = store.write([put('k', 3, 1)]);
  assert.deepEqual(await Promise.all([first, second]), [1, 2]);
  assert.equal(store.get('k')?.value.n, 3);
  await store.close();
});

test('a failed expectation writes nothing of its transaction', async () => {
  const store = await filled(['k']);
  await assert.rejects(store.write([put('other', 1), put('k', 2, 99)]), { code: 'CONFLICT' });
  assert.equal(store.get('other'), undefined);
  assert.equal(store.revision, 1);
  await store.close();
});

test('pages of one range show one revision although writes come between', async () => {
  const store = await filled(['p/a', 'p/b', 'p/c', 'p/d', 'q/a']);
  const first = store.range({ prefix: 'p/', limit: 2 });
  assert.deepEqual([first.entries.map((entry) => entry.key), first.remaining], [['p/a', 'p/b'], 2]);
  await store.write([{ type: 'delete', key: 'p/c' }]);
  await store.write([put('p/bb', 9)]);
  await store.write([put('p/d', 77)]);
  const second = store.range({ prefix: 'p/', after: 'p/b', limit: 2, revision: first.revision });
  assert.deepEqual(
    second.entries.map((entry) => [entry.key, entry.value.n]),
    [
      ['p/c', 2],
      ['p/d', 3],
    ],
  );
  assert.equal(second.remaining, 0);
  await store.close();
});

test('a watch gets the past after its revision, then the present, in order', async () => {
  const store = await filled(['w/a', 'x/a', 'w/b']);
  const events: StoreEvent<Value>[] = [];
  const watch = store.watch('w/', 1, (event) => events.push(event));
  await store.write([{ type: 'delete', key: 'w/a' }]);
  watch.dispose();
  await store.write([put('w/c', 9)]);
  assert.deepEqual(summary(events), ['3 put w/b 2', '4 delete w/a -']);
  assert.equal(events[1]?.previous?.value.n, 0);
  await store.close();
});

test('a watch that starts inside an event gets that event once', async () => {
  const store = ephemeralStore<Value>();
  const inner: StoreEvent<Value>[] = [];
  const outer = store.watch('', 0, (event) => {
    outer.dispose();
    store.watch('', event.revision - 1, (again) => inner.push(again));
  });
  await store.write([put('k', 1)]);
  assert.equal(inner.length, 1);
  await store.close();
});

test('a watch from before history, or from the future, is refused', async () => {
  const store = new JournaledStore<Value>(new EphemeralJournal(), 3);
  for (let n = 0; n < 5; n++) await store.write([put(`k${n}`, n)]);
  assert.throws(() => store.watch('', 1, () => {}), { code: 'EXPIRED' });
  assert.throws(() => store.range({ prefix: '', revision: 1 }), { code: 'EXPIRED' });
  assert.throws(() => store.watch('', 6, () => {}), { code: 'FUTURE_REVISION' });
  const events: StoreEvent<Value>[] = [];
  store.watch('', 2, (event) => events.push(event));
  assert.deepEqual(
    events.map((event) => event.revision),
    [3, 4, 5],
  );
  await store.close();
});

test('writes that arrive while the journal is busy share one append', async () => {
  const batches: number[] = [];
  class CountingJournal extends EphemeralJournal {
    override append(batch: readonly Record[] = []): Promise<void> {
      batches.push(batch.length);
      return new Promise((resolve) => setImmediate(resolve));
    }
  }
  const store = new JournaledStore<Value>(new CountingJournal());
  const first = store.write([put('a', 1)]);
  const second = store.write([put('b', 1)]);
  await first;
  await Promise.all([second, store.write([put('c', 1)]), store.write([put('d', 1)])]);
  assert.deepEqual(batches, [2, 2]);
  await store.close();
});

test('after the journal failed, nothing is acknowledged and nothing was visible', async () => {
  class BrokenJournal extends EphemeralJournal {
    override append(): Promise<void> {
      return Promise.reject(new Error('disk full'));
    }
  }
  const store = new JournaledStore<Value>(new BrokenJournal());
  await assert.rejects(store.write([put('a', 1)]), { code: 'JOURNAL_FAILED', message: /disk full/ });
  await assert.rejects(store.write([put('b', 1)]), { code: 'JOURNAL_FAILED' });
  assert.equal(store.get('a'), undefined);
  assert.equal(store.latest('a'), undefined);
});

test('a closed store refuses writes', async () => {
  const store = await filled(['a']);
  await store.close();
  await assert.rejects(store.write([put('b', 1)]), { code: 'CLOSED' });
});

test('a key that the disk could not hold is refused', async () => {
  const store = ephemeralStore<Value>();
  await assert.rejects(store.write([put('k'.repeat(1501), 1)]), { code: 'TOO_LARGE' });
  await store.close();
});
