import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { type DumpSection, sectionsOf } from './dump-sections.js';
import { applyMask } from './field-mask.js';
import { nameFilter } from './name-filter.js';
import { type AdminCall, type AdminHandler, json, type Page } from './page.js';

const TYPE_PREFIX = 'type.googleapis.com/';

/** `/config_dump` */
export const CONFIG_DUMP_HANDLER: AdminHandler = {
  path: '/config_dump',
  help: 'dump current configuration',
  mutates: false,
  parameters: [
    { name: 'resource', help: 'The resource to dump' },
    {
      name: 'mask',
      help: 'The mask to apply; with a resource, to each of its elements. A FieldMask, as bootstrap.node,last_updated',
    },
    { name: 'name_regex', help: 'Dump only what has a name that matches' },
    { name: 'include_eds', help: 'Dump currently loaded configuration including EDS' },
  ],
  handle: configDump,
};

function configDump(call: AdminCall): Page {
  const { query } = call;
  const pattern = query.get('name_regex');
  const wants = nameFilter(
    pattern,
    (problem) => `INVALID_ARGUMENT: Error while parsing name_regex from ${pattern}: ${problem}`,
  );
  if (typeof wants !== 'function') return refuse(wants.body, wants.status);
  const sections = sectionsOf(call, wants, query.has('include_eds'));
  const resource = query.get('resource');
  const mask = query.get('mask');
  return resource === null ? whole(sections, mask) : oneResource(sections, resource, mask);
}

/** Envoy names no character set here. */
function refuse(body: string, status: number): Page {
  return { status, type: 'text/plain', body };
}

function whole(sections: readonly DumpSection[], mask: string | null): Page {
  const configs: JsonObject[] = [];
  for (const { desc, fields } of sections) {
    const masked = mask === null ? fields : throughRepeated(desc, mask) ? undefined : applyMask(fields, desc, mask);
    if (masked !== undefined) configs.push({ '@type': TYPE_PREFIX + desc.typeName, ...masked });
  }
  if (configs.length === 0) return refuse(`FieldMask ${mask} could not be successfully applied to any configs.`, 400);
  return json({ configs });
}

/** A mask cannot go into the elements of a list. */
function throughRepeated(desc: DescMessage, mask: string): boolean {
  return mask.split(',').some((path) => {
    const [first, ...rest] = path.split('.');
    const field = desc.fields.find(({ name }) => name === first);
    return field === undefined || (rest.length > 0 && field.fieldKind === 'list');
  });
}

function oneResource(sections: readonly DumpSection[], resource: string, mask: string | null): Page {
  for (const { desc, fields } of sections) {
    const field = desc.fields.find(({ name }) => name === resource);
    if (field === undefined) continue;
    if (field.fieldKind !== 'list' || field.listKind !== 'message') {
      return refuse(`${resource} is not a repeated field. Use ?mask=${resource} to get only this field`, 400);
    }
    const elements = (fields[resource] ?? []) as readonly JsonObject[];
    const configs: JsonValue[] = [];
    for (const element of elements) {
      const masked = mask === null ? element : applyMask(element, field.message, mask);
      if (masked === undefined) return refuse(`FieldMask ${mask} could not be successfully used.`, 400);
      configs.push({ '@type': TYPE_PREFIX + field.message.typeName, ...masked });
    }
    return json(configs.length === 0 ? {} : { configs });
  }
  return refuse(`${resource} not found in config dump`, 404);
}
