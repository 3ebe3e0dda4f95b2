import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InsightError } from '../errors.js';

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** Served to those who are not signed in, too: it says nothing of the mesh. */
  readonly open: boolean;
}

/** What is shown to those who are not signed in. */
export const SIGN_IN_PAGE = '/sign-in.html';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const SVG = 'image/svg+xml';

/** Every path that is served: a request can only pick one of these, whatever dots and slashes it has. */
const FILES: readonly { path: string; file: string; type: string; open?: true }[] = [
  { path: '/', file: 'index.html', type: HTML },
  { path: SIGN_IN_PAGE, file: 'sign-in.html', type: HTML, open: true },
  { path: '/style.css', file: 'style.css', type: CSS, open: true },
  { path: '/icon.svg', file: 'icon.svg', type: SVG, open: true },
  { path: '/app.js', file: 'app.js', type: SCRIPT },
  { path: '/tables.js', file: 'tables.js', type: SCRIPT },
  { path: '/words.js', file: 'words.js', type: SCRIPT },
];

export type PageFiles = ReadonlyMap<string, PageFile>;

/**
 * The page's files by the path that they are asked for, read once.
 * @throws InsightError CONSOLE_FILES_MISSING
 */
export function loadPageFiles(folder: string): PageFiles {
  try {
    return new Map(
      FILES.map(({ path, file, type, open }) => [
        path,
        { type, body: readFileSync(join(folder, file)), open: open ?? false },
      ]),
    );
  } catch (error) {
    throw new InsightError(
      'CONSOLE_FILES_MISSING',
      `cannot read the console's page in ${folder}`,
      'Reinstall the package.',
      { cause: error },
    );
  }
}
