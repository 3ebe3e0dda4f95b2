import { formatAddress } from '../network.js';
import { type AdminCall, type AdminHandler, json, type Page, text } from './page.js';

/** `/listeners` */
export const LISTENERS_HANDLER: AdminHandler = {
  path: '/listeners',
  help: 'print listener info',
  mutates: false,
  parameters: [{ name: 'format', help: 'File format to use', values: ['text', 'json'] }],
  handle: listeners,
};

function listeners({ proxy, query }: AdminCall): Page {
  const all = proxy.listeners.listeners.map((listener) => {
    // the system may have chosen the port
    const port = proxy.boundAddress(listener.name)?.port ?? listener.port;
    return { name: listener.name, address: listener.address, port };
  });
  if (query.get('format') !== 'json') {
    return text(all.map(({ name, address, port }) => `${name}::${formatAddress(address, port)}\n`).join(''));
  }
  if (all.length === 0) return json({});
  return json({
    listener_statuses: all.map(({ name, address, port }) => ({
      name,
      local_address: { socket_address: { address, port_value: port } },
    })),
  });
}
