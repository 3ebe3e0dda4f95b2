/**
 * Calls `fn` `count` times in batches of 1, 2, 4 …, each batch at once, and stops after the first batch with a failure: what
 * fails for every pod, such as a refused template, then fails once and not five hundred times.
 *
 * @returns how many calls succeeded, and the first error
 */
export async function inGrowingBatches(
  count: number,
  fn: () => Promise<unknown>,
): Promise<{ done: number; error?: unknown }> {
  let done = 0;
  for (let size = 1; done < count; size *= 2) {
    const results = await Promise.allSettled(Array.from({ length: Math.min(size, count - done) }, fn));
    const failed = results.find((result) => result.status === 'rejected');
    done += results.filter((result) => result.status === 'fulfilled').length;
    if (failed) return { done, error: failed.reason };
  }
  return { done };
}
