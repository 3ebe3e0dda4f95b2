const CHECK_MS = 10;
const WITHIN_MS = 30_000;

/** Resolves when `holds`. @throws Error with what did not come true */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${WITHIN_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}
