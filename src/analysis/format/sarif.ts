import { sep } from 'node:path';
import { friendlyName, type Message } from '../message.js';
import { documentationOf, type Level, type MessageType } from '../message-type.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const LEVELS: Readonly<Record<Level, string>> = { Info: 'note', Warning: 'warning', Error: 'error' };

/** SARIF 2.1.0, which code review tools show beside the lines. */
export function toSarif(messages: readonly Message[], version: string): object {
  const types = [...new Set(messages.map(({ type }) => type))];
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'trysail', version, rules: types.map(toRule) } },
        results: messages.map((message) => toResult(message, types.indexOf(message.type))),
      },
    ],
  };
}

function toRule(type: MessageType): object {
  const helpUri = documentationOf(type);
  return {
    id: type.code,
    name: type.name,
    shortDescription: { text: type.description },
    defaultConfiguration: { level: LEVELS[type.level] },
    ...(helpUri ? { helpUri } : {}),
  };
}

function toResult({ type, level, subject, field, text, fix }: Message, ruleIndex: number): object {
  const place = subject.origin?.place(field);
  const region = place?.line === undefined ? {} : { region: { startLine: place.line, startColumn: place.column } };
  const logical = { fullyQualifiedName: friendlyName(subject), kind: 'resource' };
  return {
    ruleId: type.code,
    ruleIndex,
    level: LEVELS[level],
    message: { text: `${text} ${fix}` },
    locations: [
      {
        ...(place ? { physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, ...region } } : {}),
        logicalLocations: [logical],
      },
    ],
  };
}

/** Relative to the folder of the command, as SARIF's consumers resolve it against the repository. */
function uriOf(file: string): string {
  return file
    .split(sep)
    .map((part) => (part === '..' || part === '.' ? part : encodeURIComponent(part)))
    .join('/');
}
