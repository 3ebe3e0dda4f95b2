import { test } from 'node:test';
import { Caller } from './caller.js';
import { BUDGET_STORIES } from './documented/budgets.js';
import { LISTS } from './documented/lists.js';
import { OBJECTS } from './documented/objects.js';
import { PATCHES } from './documented/patches.js';
import { REVIEWS } from './documented/reviews.js';
import { tell } from './documented/story.js';
import { startApiServer } from './server.js';

test('calls are answered as Kubernetes documents', async (t) => {
  const { kubeconfig } = await startApiServer(t);
  const caller = new Caller(t, kubeconfig);
  for (const story of [...OBJECTS, ...LISTS, ...PATCHES, ...REVIEWS, ...BUDGET_STORIES]) {
    await t.test(`${story.name} (${story.source})`, () => tell(caller, story));
  }
});
