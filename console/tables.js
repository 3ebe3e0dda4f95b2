/**
 * The rows of each table. A row is `{ key, cells }`, a cell a list of parts `{ text, tone }` that stand below each other, or
 * beside each other where `inline` is set; `wrap` lets it have several lines. Tones: good, warn, bad, quiet, code; a mark says the
 * first three without colour, too.
 */

const plain = (text) => ({ parts: [{ text }] });
const code = (text) => ({ parts: [{ text, tone: 'code' }] });
const NOTHING = { parts: [{ text: '–', tone: 'quiet' }] };
const orNothing = (text) => (text === '' ? NOTHING : code(text));

export function serviceRow(service) {
  const versions = service.versions.map((version) => ({
    text: `${version.name} ${countText(version)}`,
    tone: countTone(version),
  }));
  return {
    key: `${service.namespace}/${service.name}`,
    cells: [
      plain(service.namespace),
      plain(service.name),
      { parts: [{ text: countText(service.endpoints), tone: countTone(service.endpoints) }] },
      versions.length === 0 ? NOTHING : { parts: versions, inline: true },
      orNothing(service.clusterIp),
      service.ports.length === 0 ? NOTHING : code(service.ports.join(', ')),
    ],
  };
}

export function podRow(pod) {
  const tone = podTone(pod);
  return {
    key: `${pod.namespace}/${pod.name}`,
    cells: [
      plain(pod.namespace),
      plain(pod.name),
      plain(pod.ready),
      { parts: [{ text: pod.status, tone }] },
      plain(pod.restarts),
      orNothing(pod.node),
      orNothing(pod.ip),
    ],
  };
}

export function ruleRow(rule, word) {
  const failed = rule.conditions.filter((condition) => !condition.holds);
  const parts = failed.map(({ type, reason, message }) => ({
    text: `${type === 'Accepted' ? word('notAccepted') : word('missing')}: ${message} (${reason})`,
    tone: type === 'Accepted' ? 'bad' : 'warn',
  }));
  return {
    key: `${rule.kind}/${rule.namespace}/${rule.name}`,
    cells: [
      plain(rule.namespace),
      plain(rule.kind),
      plain(rule.name),
      { parts: parts.length === 0 ? [{ text: word('accepted'), tone: 'good' }] : parts, wrap: true },
    ],
  };
}

export function proxyRow(proxy, word) {
  const accepted = proxy.types.filter((type) => type.accepted).map(({ name }) => ({ text: name, tone: 'good' }));
  const refused = proxy.types
    .filter((type) => !type.accepted)
    .map(({ name, message = '' }) => ({ text: `${name} ${word('refused')}: ${message}`, tone: 'bad' }));
  const parts = [...refused, ...accepted];
  return {
    key: proxy.id,
    cells: [
      { ...code(proxy.id), wrap: true },
      parts.length === 0 ? plain(word('waiting')) : { parts, inline: true, wrap: true },
    ],
  };
}

/** A node id is `TYPE~IP~POD.NAMESPACE~DOMAIN`, as Istio's. */
export function proxyNamespace(proxy) {
  const pod = proxy.id.split('~')[2] ?? '';
  return pod.slice(pod.lastIndexOf('.') + 1);
}

export function podIsReady(pod) {
  return podTone(pod) === 'good';
}

export function ruleHolds(rule) {
  return rule.conditions.every((condition) => condition.holds);
}

export function proxyIsContent(proxy) {
  return proxy.types.every((type) => type.accepted);
}

function countText({ ready, total }) {
  return `${ready}/${total}`;
}

function countTone({ ready, total }) {
  if (total === 0) return 'quiet';
  return ready === total ? 'good' : 'warn';
}

/** On its way, or as it should be; any other reason is one that kubectl shows for a failure. */
const PENDING = /^(Pending|ContainerCreating|PodInitializing|Init:\d+\/\d+|Terminating|Running|NotReady)$/;

function podTone({ status, ready }) {
  const [up, all] = ready.split('/');
  if (status === 'Completed' || (status === 'Running' && up === all)) return 'good';
  return PENDING.test(status) ? 'warn' : 'bad';
}

/** Brings a table's body to these rows and leaves what did not change alone, so that a selection or focus in it stays. */
export function showRows(body, rows, word) {
  const before = new Map([...body.children].map((row) => [row.dataset.key, row]));
  const shown = rows.length === 0 ? [emptyRow(body, word)] : rows.map((row) => rowElement(row, before.get(row.key)));
  for (const old of before.values()) if (!shown.includes(old)) old.remove();
  shown.forEach((row, index) => {
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
  });
}

/** What each cell was made of. */
const contents = new WeakMap();

function rowElement({ key, cells }, old) {
  const row = old ?? document.createElement('tr');
  row.dataset.key = key;
  cells.forEach((cell, index) => {
    const before = row.cells[index];
    const content = JSON.stringify(cell);
    if (before && contents.get(before) === content) return;
    const element = cellElement(cell);
    contents.set(element, content);
    if (before) before.replaceWith(element);
    else row.append(element);
  });
  return row;
}

function cellElement({ parts, inline, wrap }) {
  const cell = document.createElement('td');
  if (wrap) cell.className = 'wrap';
  for (const { text, tone } of parts) {
    const part = document.createElement(inline ? 'span' : 'div');
    if (tone) part.className = tone;
    if (inline) part.classList.add('chip');
    part.textContent = text;
    cell.append(part);
  }
  return cell;
}

function emptyRow(body, word) {
  const row = document.createElement('tr');
  const cell = document.createElement('td');
  cell.colSpan = body.parentElement.tHead.rows[0].cells.length;
  cell.className = 'quiet';
  cell.textContent = word('none');
  row.append(cell);
  return row;
}
