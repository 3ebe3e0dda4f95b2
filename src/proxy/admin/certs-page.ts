import { type AdminHandler, json } from './page.js';

/** `/certs` */
export const CERTS_HANDLER: AdminHandler = {
  path: '/certs',
  help: 'print certs on machine',
  mutates: false,
  handle: () => json({ certificates: [] }),
};
