// Writes the generated parts of docs/compatibility.md: what each kind and each message of Envoy may have, read from the lists by
// which the built project accepts and refuses. What people wrote between those parts stays.
//   node scripts/write-compatibility.mjs [--check]
// --check only says, by its exit code, whether the page is up to date. It reads the build that it stands beside: `dist`, or the
// folder in $TRYSAIL_DIST.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = process.env.TRYSAIL_DIST ?? join(root, 'dist');
const page = join(root, 'docs', 'compatibility.md');

const load = (path) => import(pathToFileURL(join(dist, 'src', path)).href);
const { KINDS } = await load('resources/registry.js');
const { fieldNamesWithoutEffect } = await load('resources/core/pod/without-effect.js');
const { UNSERVED_POLICY_KINDS } = await load('resources/istio/policy/names.js');
const { UNSUPPORTED_FIELDS } = await load('resources/istio/unsupported.js');
const { SUPPORTED } = await load('proxy/config/supported/index.js');

const code = (names) => names.map((name) => `\`${name}\``).join(' ');
const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const isIstio = (kind) => kind.group.endsWith('istio.io');

function servedAs(kind) {
  return kind.versions.map(({ group = kind.group, name }) => (group === '' ? name : `${group}/${name}`));
}

function kubernetesKinds() {
  const kinds = KINDS.filter((kind) => !isIstio(kind)).toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  return table(
    ['kind', 'served as'],
    kinds.map((kind) => [kind.kind, code(servedAs(kind))]),
  );
}

/** `exact`, `prefix` and `regex` alone: no row of its own. */
const isStringMatch = ({ properties }) => Object.keys(properties).join() === 'exact,prefix,regex';

/** The message that a field holds, below its path; undefined where it holds a plain value. */
function messageIn(schema, path) {
  if (schema.type === 'array') return messageIn(schema.items, `${path}[]`);
  return schema.properties && !isStringMatch(schema) ? { schema, path } : undefined;
}

/** `max_amount` beside `maxAmount`: Mixer's kinds may have either, and one row is enough. */
const isOtherSpelling = (name, { properties }) =>
  name.includes('_') && name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase()) in properties;

/** The field of a message that has one alone, such as `port.number`: it needs no row. */
function onlyField(schema) {
  const fields = Object.entries(schema.properties).filter(([name]) => !isOtherSpelling(name, schema));
  const [[name, field], another] = fields;
  return another === undefined && !messageIn(field, '') ? name : undefined;
}

/** Rows of a message and of those below it: path, what it may have, what is refused. */
function rowsOf(schema, path, refusals) {
  const supported = [];
  const refused = [];
  const below = [];
  for (const [name, field] of Object.entries(schema.properties)) {
    if (isOtherSpelling(name, schema)) continue;
    const at = `${path}.${name}`;
    const refusal = refusals.get(at);
    if (refusal) refusals.delete(at);
    if (refusal) refused.push(refusal.only ? `\`${name}\`: ${refusal.only}` : `\`${name}\``);
    if (refusal && !refusal.harmless) continue;
    const message = messageIn(field, at);
    const refusedBelow = message && [...refusals.keys()].some((path) => path.startsWith(`${message.path}.`));
    const only = message && !refusedBelow && onlyField(message.schema);
    supported.push(only ? `${name}.${only}` : name);
    if (message && !only) below.push(...rowsOf(message.schema, message.path, refusals));
  }
  return [{ path, supported: code(supported), refused: refused.join(', ') }, ...below];
}

/** Leaves out what repeats: the policy of a subset may have what the policy of the whole may have. */
function withoutRepetition(rows) {
  const first = new Map();
  const shown = [];
  for (const row of rows) {
    const tree = rows.filter(({ path }) => path === row.path || path.startsWith(`${row.path}.`));
    const shape = JSON.stringify(tree.map((one) => ({ ...one, path: one.path.slice(row.path.length) })));
    const repeated = shown.find(({ path, as }) => as && row.path.startsWith(`${path}.`));
    if (repeated) continue;
    const as = first.get(shape);
    if (!as) first.set(shape, row.path);
    shown.push({ ...row, as });
  }
  return shown;
}

function istioKind(kind) {
  const refusals = new Map(UNSUPPORTED_FIELDS.filter((one) => one.kind === kind.kind).map((one) => [one.path, one]));
  const { schema } = kind.versions[0];
  const rows = withoutRepetition(rowsOf(schema.properties.spec, 'spec', refusals));
  if (refusals.size > 0) throw new Error(`${kind.kind} refuses fields that it has not: ${[...refusals.keys()]}`);
  return [
    `### ${kind.kind}\n\nServed as ${code(servedAs(kind))}.\n`,
    table(
      ['', 'may have', 'refused'],
      rows.map(({ path, supported, refused, as }) => [
        `\`${path}\``,
        as ? `as \`${as}\`` : supported,
        as ? '' : refused,
      ]),
    ),
  ].join('\n');
}

function istioKinds() {
  const unserved = `Kinds of Istio 0.7 that are not served: ${code(UNSERVED_POLICY_KINDS)}.`;
  return [...KINDS.filter(isIstio).map(istioKind), unserved].join('\n\n');
}

/** `cluster=A|B`: only those values. */
function envoyField(entry) {
  const [name, values] = entry.split('=');
  return values ? `\`${name}\` (${values.split('|').join(', ')})` : `\`${name}\``;
}

function envoyMessages() {
  const rows = Object.entries(SUPPORTED)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([message, fields]) => [
      `\`${message.replace(/^envoy\./, '')}\``,
      fields.split(/\s+/).filter(Boolean).map(envoyField).join(' ') || '(no field)',
    ]);
  return table(['message, below `envoy.`', 'fields'], rows);
}

function podFields() {
  return table(
    ['field', ''],
    fieldNamesWithoutEffect().map(({ field, note }) => [`\`${field}\``, note]),
  );
}

const PARTS = {
  'kubernetes kinds': kubernetesKinds,
  'pod fields': podFields,
  'istio kinds': istioKinds,
  'envoy messages': envoyMessages,
};

function render(text) {
  return Object.entries(PARTS).reduce((sofar, [name, write]) => {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
    const [before, rest] = sofar.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) throw new Error(`${page} has no place for the ${name}`);
    return `${before}${begin}\n\n${write()}\n\n${end}${after}`;
  }, text);
}

const written = readFileSync(page, 'utf8');
const rendered = render(written);
if (!process.argv.includes('--check')) writeFileSync(page, rendered);
else if (rendered !== written) {
  process.stderr.write('docs/compatibility.md is out of date: run node scripts/write-compatibility.mjs\n');
  process.exit(1);
}
