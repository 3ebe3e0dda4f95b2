import { CERTS_HANDLER } from './certs-page.js';
import { CLUSTERS_HANDLER } from './clusters-page.js';
import { CONFIG_DUMP_HANDLER } from './config-dump.js';
import { CONTROL_HANDLERS } from './control-pages.js';
import { renderHelp, renderHome } from './help-page.js';
import { LISTENERS_HANDLER } from './listeners-page.js';
import { LOGGING_HANDLER } from './logging-page.js';
import { type AdminHandler, text } from './page.js';
import { SERVER_HANDLERS } from './server-pages.js';
import { STATS_HANDLERS } from './stats-pages.js';

/** All paths of the admin interface, in the order of names. */
export const HANDLERS: readonly AdminHandler[] = [
  {
    path: '/',
    help: 'Admin home page',
    mutates: false,
    handle: () => ({ status: 200, type: 'text/html; charset=UTF-8', body: renderHome(HANDLERS) }),
  } satisfies AdminHandler,
  { path: '/help', help: 'print out list of admin commands', mutates: false, handle: () => text(renderHelp(HANDLERS)) },
  CERTS_HANDLER,
  CLUSTERS_HANDLER,
  CONFIG_DUMP_HANDLER,
  LISTENERS_HANDLER,
  LOGGING_HANDLER,
  ...CONTROL_HANDLERS,
  ...SERVER_HANDLERS,
  ...STATS_HANDLERS,
].sort((a, b) => (a.path < b.path ? -1 : 1));

export const BY_PATH: ReadonlyMap<string, AdminHandler> = new Map(HANDLERS.map((handler) => [handler.path, handler]));
