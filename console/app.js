import {
  podIsReady,
  podRow,
  proxyIsContent,
  proxyNamespace,
  proxyRow,
  ruleHolds,
  ruleRow,
  serviceRow,
  showRows,
} from './tables.js';
import { firstLanguage, WORDS } from './words.js';

const POLL_MS = 1_000;
const ANSWER_TIMEOUT_MS = 5_000;
const COPIED_MS = 2_000;

const byId = (id) => document.getElementById(id);
const word = (key) => WORDS[state.language][key];

const state = {
  language: firstLanguage(localStorage.getItem('language'), navigator.language),
  /** Empty: all. */
  namespace: '',
  /** A key of WORDS. */
  connection: 'connecting',
  overview: undefined,
};

function show() {
  showConnection();
  if (!state.overview) return;
  const { mesh, services, pods, rules, proxies } = state.overview;
  const namespaces = [...new Set([...services, ...pods, ...rules].map((each) => each.namespace))].sort();
  showNamespaces(namespaces);
  byId('mesh').textContent = `${mesh.name} · ${mesh.version} · ${mesh.driver} (${mesh.driverReason})`;
  showAddresses(mesh);
  const here = (each) => state.namespace === '' || each.namespace === state.namespace;
  showTable('services', services.filter(here), (service) => serviceRow(service));
  showTable('pods', pods.filter(here), (pod) => podRow(pod), podIsReady);
  showTable('rules', rules.filter(here), (rule) => ruleRow(rule, word), ruleHolds);
  const near = (proxy) => here({ namespace: proxyNamespace(proxy) });
  showTable('proxies', proxies.filter(near), (proxy) => proxyRow(proxy, word), proxyIsContent);
  letKeysScroll();
}

/** @param isGood absent: nothing of this kind can be bad */
function showTable(name, items, toRow, isGood = () => true) {
  showRows(byId(`${name}-rows`), items.map(toRow), word);
  const good = items.filter(isGood).length;
  const count = byId(`${name}-count`);
  count.textContent = good === items.length ? `${items.length}` : `${good}/${items.length}`;
  count.className = good === items.length ? '' : 'warn';
}

/** A table that is wider than the window must be reachable by keyboard; the others would only be stops in the way. */
function letKeysScroll() {
  for (const area of document.querySelectorAll('.scroll')) area.tabIndex = area.scrollWidth > area.clientWidth ? 0 : -1;
}

function showConnection() {
  const element = byId('connection');
  // What is shown may no longer be so.
  document.body.classList.toggle('stale', state.connection !== 'live');
  // Readers say what is set, even if it is what was there.
  if (element.textContent === word(state.connection)) return;
  element.textContent = word(state.connection);
  element.className = { live: 'good', connecting: 'quiet' }[state.connection] ?? 'bad';
}

function showNamespaces(namespaces) {
  const select = byId('namespace');
  const wanted = ['', ...namespaces];
  // A namespace that is gone has nothing to show.
  if (!wanted.includes(state.namespace)) state.namespace = '';
  const labels = wanted.map((name) => name || word('allNamespaces'));
  if ([...select.options].map((option) => option.text).join() !== labels.join()) {
    select.replaceChildren(...wanted.map((name, index) => new Option(labels[index], name)));
  }
  select.value = state.namespace;
}

function showAddresses(mesh) {
  const entries = [
    ['ingress', mesh.ingress],
    ['apiServer', mesh.apiServer],
    ['kubectl', `export KUBECONFIG=${shellQuoted(mesh.kubeconfig)}`],
  ];
  const list = byId('addresses');
  const content = JSON.stringify([entries, state.language]);
  if (list.dataset.content === content) return;
  list.dataset.content = content;
  list.replaceChildren(...entries.map(([key, value]) => addressElement(key, value)));
}

function addressElement(key, value) {
  const group = document.createElement('div');
  const term = document.createElement('dt');
  term.textContent = word(key);
  const description = document.createElement('dd');
  const text = document.createElement('code');
  text.textContent = value;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = word('copy');
  button.setAttribute('aria-label', `${word('copy')}: ${word(key)}`);
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(value);
    button.textContent = word('copied');
    setTimeout(() => {
      button.textContent = word('copy');
    }, COPIED_MS);
  });
  description.append(text, button);
  group.append(term, description);
  return group;
}

function shellQuoted(path) {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  byId('language').value = language;
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', word(element.dataset.label));
  }
  show();
}

async function ask() {
  try {
    const answer = await fetch('/api/overview', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    if (answer.ok) state.overview = await answer.json();
    state.connection = answer.ok ? 'live' : answer.status === 401 ? 'signedOut' : 'lost';
  } catch {
    state.connection = 'lost';
  }
}

/** Asks once a second for as long as somebody can see the page. */
async function follow() {
  if (!document.hidden) {
    await ask();
    show();
  }
  setTimeout(follow, POLL_MS);
}

byId('language').addEventListener('change', (event) => {
  localStorage.setItem('language', event.target.value);
  speak(event.target.value);
});
byId('namespace').addEventListener('change', (event) => {
  state.namespace = event.target.value;
  show();
});
speak(state.language);
follow();
