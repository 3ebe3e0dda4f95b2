import type { AdminHandler } from './page.js';

/** `/help`: all paths with their parameters, in Envoy's form. */
export function renderHelp(handlers: readonly AdminHandler[]): string {
  let out = 'admin commands are:\n';
  for (const { path, help, mutates, parameters = [] } of handlers) {
    out += `  ${path}${mutates ? ' (POST)' : ''}: ${help}\n`;
    for (const { name, help: meaning, values } of parameters) {
      out += `      ${name}: ${meaning}${values === undefined ? '' : `; One of (${values.join(', ')})`}\n`;
    }
  }
  return out;
}

/** `/`: the same as a page with links and buttons; no script runs in it. */
export function renderHome(handlers: readonly AdminHandler[]): string {
  const rows = handlers
    .filter(({ path }) => path !== '/')
    .map(({ path, help, mutates }) => {
      const name = escapeHtml(path.slice(1));
      const link = mutates
        ? `<form action="${name}" method="post"><button>${name}</button></form>`
        : `<a href="${name}">${name}</a>`;
      return `<tr><td>${link}</td><td>${escapeHtml(help)}</td></tr>`;
    });
  return `<!DOCTYPE html>
<html lang="en">
<head><title>Trysail proxy admin</title></head>
<body>
<table>
<thead><tr><th>Command</th><th>Description</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function escapeHtml(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
