import type { PodObject } from '../../../resources/types.js';
import type { Sandbox } from '../../drivers/driver.js';
import type { EventType } from '../../events/event-recorder.js';
import type { AgentParts } from '../agent-parts.js';
import type { PodFacts } from './field-ref.js';

/** What the containers of one pod share. */
export interface PodContext {
  readonly parts: AgentParts;
  /** The newest version. */
  readonly pod: () => PodObject;
  readonly sandbox: Sandbox;
  readonly facts: PodFacts;
  readonly hostname: string;
  /** Folder of each volume. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Folder with the container's logs. */
  readonly logFolder: (container: string) => string;
  /** File for a container's termination message. */
  readonly terminationFile: (container: string) => string;
  /** A container's part of the status may have changed. */
  readonly changed: () => void;
  /** An event about one container. */
  readonly event: (container: string, type: EventType, reason: string, message: string) => void;
}

/** `web_default(1234-…)`, as kubelet names a pod in messages. */
export function podText({ metadata }: PodObject): string {
  return `${metadata.name}_${metadata.namespace ?? 'default'}(${metadata.uid})`;
}
