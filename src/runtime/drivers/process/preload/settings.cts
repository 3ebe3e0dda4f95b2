import type { PreloadSettings } from './pod-settings.cjs';

/** The driver sets it; see process-environment.ts. */
const SETTINGS_VARIABLE = 'TRYSAIL_POD';

function readSettings(): PreloadSettings | undefined {
  const text = process.env[SETTINGS_VARIABLE];
  return text === undefined ? undefined : (JSON.parse(text) as PreloadSettings);
}

/** Whether a host, as given to `connect` or `listen`, means the pod itself. */
function isLocal(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '127.0.0.1' ||
    host === '::1' ||
    host === '::ffff:127.0.0.1' ||
    isAny(host)
  );
}

function isAny(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::' || host === '::0';
}

export = { readSettings, isLocal };
