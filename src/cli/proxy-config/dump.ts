import { CliError } from '../errors.js';

/** JSON as Envoy's admin interface writes it: messages with their fields' original names. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** What a proxy says of its whole configuration: `/config_dump?include_eds`. */
export class ConfigDump {
  private constructor(private readonly sections: readonly JsonObject[]) {}

  /** @throws CliError where it is no such dump */
  static parse(dump: unknown, where: string): ConfigDump {
    const configs = (dump as { configs?: unknown } | undefined)?.configs;
    if (Array.isArray(configs)) return new ConfigDump(configs as JsonObject[]);
    const hint = 'It is what /config_dump of Envoy or of our proxy answers.';
    throw new CliError('NO_DUMP', `${where} is no dump of a proxy's configuration: it has no configs`, hint);
  }

  bootstrap(): JsonObject | undefined {
    return object(this.section('BootstrapConfigDump')['bootstrap']);
  }

  clusters(): JsonObject[] {
    const dump = this.section('ClustersConfigDump');
    return [...list(dump['static_clusters']), ...list(dump['dynamic_active_clusters'])].map((entry) =>
      inner(entry, 'cluster'),
    );
  }

  listeners(): JsonObject[] {
    const dump = this.section('ListenersConfigDump');
    const dynamic = list(dump['dynamic_listeners']).map((entry) => inner(entry, 'active_state'));
    return [...list(dump['static_listeners']), ...dynamic].map((entry) => inner(entry, 'listener'));
  }

  routes(): JsonObject[] {
    const dump = this.section('RoutesConfigDump');
    return [...list(dump['dynamic_route_configs']), ...list(dump['static_route_configs'])].map((entry) =>
      inner(entry, 'route_config'),
    );
  }

  endpoints(): JsonObject[] {
    const dump = this.section('EndpointsConfigDump');
    return [...list(dump['dynamic_endpoint_configs']), ...list(dump['static_endpoint_configs'])].map((entry) =>
      inner(entry, 'endpoint_config'),
    );
  }

  /** Each with whether it is in use or still awaited. */
  secrets(): { readonly state: 'ACTIVE' | 'WARMING'; readonly secret: JsonObject }[] {
    const dump = this.section('SecretsConfigDump');
    const active = [...list(dump['static_secrets']), ...list(dump['dynamic_active_secrets'])];
    return [
      ...active.map((secret) => ({ state: 'ACTIVE' as const, secret })),
      ...list(dump['dynamic_warming_secrets']).map((secret) => ({ state: 'WARMING' as const, secret })),
    ];
  }

  /** Name -> version of what came from the control plane. */
  versions(kind: 'clusters' | 'listeners' | 'routes'): Map<string, string> {
    const [section, entries, field] = VERSIONED[kind];
    return new Map(
      list(this.section(section)[entries]).map((entry): [string, string] => {
        const state = object(entry['active_state']) ?? entry;
        return [text(inner(state, field)['name']), text(state['version_info'])];
      }),
    );
  }

  private section(type: string): JsonObject {
    return this.sections.find((each) => text(each['@type']).endsWith(`.${type}`)) ?? {};
  }
}

const VERSIONED = {
  clusters: ['ClustersConfigDump', 'dynamic_active_clusters', 'cluster'],
  listeners: ['ListenersConfigDump', 'dynamic_listeners', 'listener'],
  routes: ['RoutesConfigDump', 'dynamic_route_configs', 'route_config'],
} as const;

function inner(entry: JsonObject, field: string): JsonObject {
  return object(entry[field]) ?? {};
}

export function object(value: Json): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function list(value: Json): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

/** '' where there is none. */
export function text(value: Json): string {
  return value === undefined || value === null ? '' : String(value);
}

/** The value at a path of field names. */
export function at(value: Json, ...path: readonly string[]): Json {
  let found: Json = value;
  for (const name of path) found = object(found)?.[name];
  return found;
}
