import assert from 'node:assert/strict';
import test from 'node:test';
import { captureRules } from './capture.js';
import { redirectTo, whenTcp } from './expressions.js';
import { appendRule } from './messages.js';

/** What nft 1.0.6 sends for `meta l4proto tcp redirect to :15001` in the chain `output` of the table `inet t`, after the header. */
const RULE_OF_NFT = `
  01 00 00 00 06 00 01 00 74 00 00 00
  0b 00 02 00 6f 75 74 70 75 74 00 00 a4 00 04 80
  24 00 01 80 09 00 01 00 6d 65 74 61 00 00 00 00
  14 00 02 80 08 00 02 00 00 00 00 10 08 00 01 00
  00 00 00 01 2c 00 01 80 08 00 01 00 63 6d 70 00
  20 00 02 80 08 00 01 00 00 00 00 01 08 00 02 00
  00 00 00 00 0c 00 03 80 05 00 01 00 06 00 00 00
  2c 00 01 80 0e 00 01 00 69 6d 6d 65 64 69 61 74
  65 00 00 00 18 00 02 80 08 00 01 00 00 00 00 01
  0c 00 02 80 06 00 01 00 3a 99 00 00 24 00 01 80
  0a 00 01 00 72 65 64 69 72 00 00 00 14 00 02 80
  08 00 01 00 00 00 00 01 08 00 03 00 00 00 00 02`;

test('a rule is byte for byte what nft sends', () => {
  const { payload } = appendRule('t', 'output', [...whenTcp(), ...redirectTo(15001)]);
  assert.equal(Buffer.from(payload).toString('hex'), RULE_OF_NFT.replace(/\s/g, ''));
});

test('the capture is one transaction: begin, changes that are acknowledged, commit', () => {
  const rules = captureRules({
    outboundPort: 15001,
    inboundPort: 15006,
    sidecarPorts: [15001, 15006],
    mark: 1337,
    excludedAddresses: ['10.96.0.10'],
  });
  const doing = rules.map((message) => message.doing);
  assert.equal(doing[0], 'begin a transaction of nf_tables');
  assert.equal(doing.at(-1), 'commit a transaction of nf_tables');
  assert.equal(doing.filter((each) => each.includes('rule to the nftables chain "output"')).length, 4);
  assert.equal(doing.filter((each) => each.includes('rule to the nftables chain "prerouting"')).length, 4);
});
