import type { Disposable } from '../../base/dispose.js';
import { messageOf } from '../../base/errors.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { DataSource } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { Secret } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import type { ProcessContext } from '../context.js';
import { watchFile } from './sources/watched-file.js';

/** Files are replaced in several steps (write, rename, link): one look when they are done. */
const SETTLE_MS = 20;

export type WatchContext = Pick<ProcessContext, 'clock' | 'wheel' | 'logger'>;

/** Tells when one of some files was replaced. */
export class FileWatch {
  private readonly watches: Disposable[] = [];
  private readonly timer: WheelTimer;

  /** @param folder watched instead, when it is given */
  constructor(
    files: readonly string[],
    folder: string | undefined,
    private readonly context: WatchContext,
    onChange: () => void,
  ) {
    this.timer = new WheelTimer(onChange);
    for (const file of folder === undefined ? files : files.slice(0, 1)) this.open(file, folder);
  }

  close(): void {
    this.context.wheel.cancel(this.timer);
    for (const watch of this.watches) watch.dispose();
  }

  private open(file: string, folder: string | undefined): void {
    const { wheel, logger } = this.context;
    try {
      this.watches.push(watchFile(file, folder, () => wheel.arm(this.timer, SETTLE_MS)));
    } catch (error) {
      logger.warn('a file cannot be watched', { file, error: messageOf(error) });
    }
  }
}

/** The files that a secret's data sources name, and the folder that it says to watch instead. */
export function filesOf(secret: Secret): { readonly files: readonly string[]; readonly folder: string | undefined } {
  const { type } = secret;
  if (type.case === 'tlsCertificate') {
    const { certificateChain, privateKey, password, watchedDirectory } = type.value;
    return { files: names([certificateChain, privateKey, password]), folder: watchedDirectory?.path };
  }
  if (type.case === 'validationContext') {
    const { trustedCa, crl, watchedDirectory } = type.value;
    return { files: names([trustedCa, crl]), folder: watchedDirectory?.path };
  }
  return { files: [], folder: undefined };
}

function names(sources: readonly (DataSource | undefined)[]): readonly string[] {
  return sources.flatMap((source) => (source?.specifier.case === 'filename' ? source.specifier.value : []));
}
