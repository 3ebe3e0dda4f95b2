import { messageOf } from '../base/errors.js';
import type { KubeObject } from '../resources/object.js';
import type { Analyzer, Report } from './analyzer.js';
import { ANALYZERS } from './analyzers/index.js';
import { IST, TRY } from './codes.js';
import { friendlyName, type Message, reference } from './message.js';
import { LEVELS, type MessageType } from './message-type.js';
import { namespaceOf, type Origin, type Subject } from './subject.js';
import { isSuppressed, type Suppression } from './suppression.js';
import { validate } from './validation.js';
import { World } from './world.js';

/** An object to analyze. */
export interface Input {
  readonly object: KubeObject;
  /** Where it is written; absent for an object of the running mesh. */
  readonly origin?: Origin;
}

export interface AnalyzeOptions {
  /** Whether the objects include all of a running mesh; objects of files then stand in place of those of the same name. */
  readonly live: boolean;
  /** Wall time, for certificates. */
  readonly now_ms: number;
  /** Of objects that do not say their own. */
  readonly namespace: string;
  /** Whether {@link namespace} is what somebody said, and not a guess. Of a running mesh it is never a guess. */
  readonly namespaceIsSaid?: boolean;
  /** Namespaces whose objects are told of; absent: all. What an object refers to may be anywhere. */
  readonly only?: readonly string[];
  readonly suppressions?: readonly Suppression[];
  readonly analyzers?: readonly Analyzer[];
  readonly domain?: string;
  readonly rootNamespace?: string;
}

const DOMAIN = 'cluster.local';
const ROOT_NAMESPACE = 'istio-system';
/** More of one configuration help nobody. */
export const MESSAGES_MAX = 10_000;

/** What is wrong, or looks so, in a configuration. Pure. The worst first, then by object. */
export function analyze(inputs: readonly Input[], options: AnalyzeOptions): Message[] {
  const messages: Message[] = [];
  const report: Report = (type, subject, what) => void messages.push({ type, level: type.level, subject, ...what });
  const { sound, unsound } = soundSubjects(inputs, options, messages);
  const world = new World(sound, unsound, {
    live: options.live,
    now_ms: options.now_ms,
    domain: options.domain ?? DOMAIN,
    rootNamespace: options.rootNamespace ?? ROOT_NAMESPACE,
    ...(options.live || options.namespaceIsSaid ? {} : { guessedNamespace: options.namespace }),
  });
  for (const analyzer of options.analyzers ?? ANALYZERS) run(analyzer, world, report);
  return withoutEchoes(messages)
    .filter((message) => isWanted(message, options) && !isSuppressed(message, options.suppressions ?? []))
    .toSorted(inOrder)
    .filter((message, i, all) => i === 0 || !sameMessage(message, all[i - 1]!))
    .slice(0, MESSAGES_MAX);
}

/** Objects that analyzers can look at: those that the API server would take, and of Kubernetes' kinds those with a sound shape. */
function soundSubjects(
  inputs: readonly Input[],
  { namespace }: AnalyzeOptions,
  messages: Message[],
): { sound: Subject[]; unsound: Subject[] } {
  const byKey = new Map<string, Subject>();
  const unsound: Subject[] = [];
  for (const { object, origin } of inputs) {
    const { subject, isShaped, definition, messages: wrong } = validate(object, origin, namespace);
    // What runs was checked when it was created, and may be of an older version.
    if (origin !== undefined) messages.push(...wrong);
    if (definition === undefined) {
      if (!isOfIstio(object)) continue;
      if (origin !== undefined) messages.push(unserved(subject));
    }
    const isSound = wrong.every(({ type }) => type === TRY.UnsupportedField);
    if (!isShaped || (!isSound && isOfIstio(object))) {
      unsound.push(subject);
      continue;
    }
    const key = `${object.kind}/${namespaceOf(subject)}/${subject.object.metadata.name}`;
    const earlier = byKey.get(key);
    if (earlier?.origin !== undefined && subject.object.metadata.name) messages.push(repeated(earlier, subject));
    // The later takes the place of the earlier.
    byKey.set(subject.object.metadata.name ? key : `${key}${byKey.size}`, subject);
  }
  return { sound: [...byKey.values()], unsound };
}

function isOfIstio({ apiVersion }: KubeObject): boolean {
  return /(^|\.)istio\.io\//.test(apiVersion);
}

function unserved(subject: Subject): Message {
  const { apiVersion, kind } = subject.object;
  const text = `This mesh does not serve ${kind} of ${apiVersion}: it would refuse the object`;
  return {
    type: TRY.UnservedKind,
    level: TRY.UnservedKind.level,
    subject,
    field: 'kind',
    text,
    fix: 'docs/compatibility.md lists the kinds that it serves.',
  };
}

function repeated(earlier: Subject, subject: Subject): Message {
  const text = `${friendlyName(subject)} is in ${reference(subject, '')} again, which replaces this one`;
  return {
    type: TRY.RepeatedObject,
    level: TRY.RepeatedObject.level,
    subject: earlier,
    field: 'metadata.name',
    text,
    fix: 'Rename or remove one of the two.',
  };
}

function run(analyzer: Analyzer, world: World, report: Report): void {
  if (!analyzer.inputs.some((kind) => world.all(kind).length > 0)) return;
  try {
    analyzer.analyze(world, report);
  } catch (error) {
    const [subject] = analyzer.inputs.flatMap((kind) => world.all(kind));
    report(IST.InternalError, subject!, {
      field: '',
      text: `Internal error: ${analyzer.name}: ${messageOf(error)}`,
      fix: 'Please report it, with the objects that are analyzed.',
    });
  }
}

/** What the mesh says of an object is said by the analyzers too, and better, where they find the cause. */
function withoutEchoes(messages: readonly Message[]): Message[] {
  const explained = new Set(
    messages.filter(({ type, level }) => !isEcho(type) && level !== 'Info').map(({ subject }) => subject),
  );
  return messages.filter(({ type, subject }) => !isEcho(type) || !explained.has(subject));
}

function isEcho(type: MessageType): boolean {
  return type === IST.NegativeConditionStatus;
}

function isWanted({ subject }: Message, { only }: AnalyzeOptions): boolean {
  const { kind, metadata } = subject.object;
  const namespace = kind === 'Namespace' ? metadata.name : namespaceOf(subject);
  return only === undefined || namespace === '' || only.includes(namespace);
}

function inOrder(left: Message, right: Message): number {
  return (
    LEVELS.indexOf(right.level) - LEVELS.indexOf(left.level) ||
    compare(left.type.code, right.type.code) ||
    compare(friendlyName(left.subject), friendlyName(right.subject)) ||
    compare(left.field, right.field) ||
    compare(left.text, right.text)
  );
}

function sameMessage(left: Message, right: Message): boolean {
  return left.subject === right.subject && left.text === right.text && left.field === right.field;
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
