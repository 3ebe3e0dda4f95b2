import type { ConfigDraft } from './configuration.js';
import { environmentOf } from './configuration.js';
import type { StoredImage } from './image-reader.js';
import type { Owners } from './ownership.js';
import type { Variables } from './shell-words.js';

/** A stage of a build: its files so far, and how its image would be run. */
export interface Stage {
  readonly name: string;
  readonly root: string;
  readonly config: ConfigDraft;
  /** Name of the base for which this machine's file system stands, `scratch` among them; absent: all files are in `root`. */
  readonly hostBase?: string;
  /** The image whose layers the stage continues. */
  readonly base?: { readonly image: StoredImage; readonly rootfs: string };
  readonly args: Record<string, string>;
  readonly owners: Owners;
  shell: readonly string[];
}

export const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c'];

/** What words of the stage's instructions may name: ENV before ARG. */
export function variablesOf(stage: Stage): Variables {
  return { ...stage.args, ...environmentOf(stage.config) };
}
