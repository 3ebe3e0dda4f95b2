import type { KubeObject } from '../resources/object.js';
import type { Message } from './message.js';
import type { MessageType } from './message-type.js';
import type { Subject } from './subject.js';
import type { World } from './world.js';

export type Report = (
  type: MessageType,
  subject: Subject<KubeObject>,
  what: Pick<Message, 'field' | 'text' | 'fix'> & { readonly level?: Message['level'] },
) => void;

/** One check of a configuration, named as istioctl's where istioctl has it. */
export interface Analyzer {
  readonly name: string;
  readonly description: string;
  /** What it may say. */
  readonly types: readonly MessageType[];
  /** Kinds without which it has nothing to say. */
  readonly inputs: readonly string[];
  analyze(world: World, report: Report): void;
}
