import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Disposable } from '../../../base/dispose.js';

/**
 * Calls `onMoved` when a file is moved to the path, which is how a file is replaced in one step; writing into it tells nothing,
 * because half of it could be read. With a watched directory: when anything is moved within that, as Kubernetes does with links.
 * @throws Error of the system when the directory cannot be watched
 */
export function watchFile(path: string, watchedDirectory: string | undefined, onMoved: () => void): Disposable {
  const name = basename(path);
  const watcher = watch(watchedDirectory ?? dirname(path), { persistent: false }, (event, changed) => {
    if (event === 'rename' && (watchedDirectory !== undefined || changed === name)) onMoved();
  });
  watcher.on('error', () => watcher.close());
  return { dispose: () => watcher.close() };
}
