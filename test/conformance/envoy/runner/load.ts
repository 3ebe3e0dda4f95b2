import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { parse } from 'yaml';
import { repositoryRoot } from '../../../support/repository.js';
import type { Scenario } from './scenario.js';

export const FOLDER = join(repositoryRoot(), 'test/conformance/envoy');
const NO_SCENARIOS = 'known-differences.yaml';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const SCENARIO_KEYS = words(
  'name about bootstrap listeners listener filter_chain network_filters manager http_filters router routes virtual_host ' +
    'virtual_hosts route_config clusters upstreams files ads log refused compare mask process steps',
);
const STEP_KEYS = words(
  'get request talk on wait stats admin method lines pick write ads ads_stop ads_start file behave release stop start await close count ' +
    'concurrency tally_by shares tolerance background expect',
);
const REQUEST_KEYS = words(
  'listener connection source tls protocol preamble method path headers body size chunks trailers version ignore',
);
const UPSTREAM_KEYS = words('protocol tls answers greeting echo then proxy_protocol grpc_request address');
const ANSWER_KEYS = words(
  'path method when times status headers body size chunks trailers informational early delay_ms chunk_delay_ms hold raw then grpc tunnel',
);

/** All scenarios, by file and place in it. @throws Error when a file is not what the README says */
export function loadScenarios(): Scenario[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml') && name !== NO_SCENARIOS);
  return files
    .sort()
    .flatMap((name) => parseScenarios(basename(name, '.yaml'), readFileSync(join(FOLDER, name), 'utf8')));
}

/** The name that selects a scenario: `retries: a 503 is tried again`. */
export function titleOf({ file, name }: Scenario): string {
  return `${file}: ${name}`;
}

export function parseScenarios(file: string, text: string): Scenario[] {
  const content = parse(text, { merge: true }) as JsonObject | JsonObject[] | null;
  const items = (Array.isArray(content) ? content : [content ?? {}]) as JsonObject[];
  const names = new Set<string>();
  return items.map((item, index) => {
    const where = `${file}.yaml: scenario ${index + 1} (${String(item['name'])})`;
    const scenario = { upstreams: { up: {} }, ...item, file } as unknown as Scenario;
    if (typeof scenario.name !== 'string') throw new Error(`${where}: no name`);
    if (names.has(scenario.name)) throw new Error(`${where}: a second one of this name`);
    names.add(scenario.name);
    check(item, SCENARIO_KEYS, where);
    for (const [name, upstream] of Object.entries(scenario.upstreams ?? {})) {
      check(upstream, UPSTREAM_KEYS, `${where}: upstream ${name}`);
      for (const rule of upstream?.answers ?? []) check(rule, ANSWER_KEYS, `${where}: answers of ${name}`);
    }
    for (const step of scenario.steps ?? []) {
      check(step, STEP_KEYS, `${where}: steps`);
      if (step.request) check(step.request, REQUEST_KEYS, `${where}: request`);
    }
    return scenario;
  });
}

function check(value: object | null | undefined, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(value ?? {}).filter((key) => !known.has(key));
  if (unknown.length > 0) throw new Error(`${where}: unknown key ${unknown.join(', ')}`);
}
