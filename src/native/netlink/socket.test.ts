import assert from 'node:assert/strict';
import test from 'node:test';
import { BATCH_BYTES_MAX, NetlinkSocket } from './socket.js';

test('a batch over the limit is refused before the kernel sees half of it', () => {
  const message = { type: 16, flags: 0, payload: Buffer.alloc(BATCH_BYTES_MAX), doing: 'create much' };
  assert.throws(() => new NetlinkSocket(-1).transact([message]), { code: 'EMSGSIZE' });
});
