import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SILENT_LOGGER } from '../../base/logger.js';
import type { InformerHandler } from '../../client/informer.js';
import type { NodeObject } from '../../resources/types.js';
import { SwitchedAgent } from './switched-agent.js';

function node(stopped?: string): NodeObject {
  const annotations: Record<string, string> = stopped === undefined ? {} : { 'trysail.io/stopped': stopped };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-0', annotations } };
}

test('a node follows the mark on its object, one turn after another, and stays off at the end', async () => {
  const said: string[] = [];
  let handler: InformerHandler<NodeObject> = {};
  let made = 0;
  const switched = new SwitchedAgent({
    make: () => {
      const number = ++made;
      return {
        start: async () => void said.push(`start ${number}`),
        stop: async () => void said.push(`stop ${number}`),
        find: () => undefined,
      };
    },
    node: {
      addHandler: (given) => {
        handler = given;
        return () => {};
      },
    },
    logger: SILENT_LOGGER,
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await switched.start();
  handler.onAdd?.(node());
  await settled();
  handler.onUpdate?.(node('true'), node());
  await settled();
  handler.onUpdate?.(node('true'), node('true'));
  handler.onUpdate?.(node('false'), node('true'));
  await settled();
  assert.deepEqual(said, ['start 1', 'stop 1', 'start 2']);
  await switched.stop();
  handler.onUpdate?.(node(), node());
  await settled();
  assert.deepEqual(said, ['start 1', 'stop 1', 'start 2', 'stop 2']);
});
