import { readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Document, LineCounter } from 'yaml';
import { codeOf, messageOf } from '../../base/errors.js';
import type { KubeObject } from '../../resources/object.js';
import { readYamlDocuments } from '../../resources/yaml/read.js';
import { CliError } from '../errors.js';
import { Manifest } from './manifest.js';

/** Larger input is a mistake, not a manifest. */
export const MANIFEST_MAX_BYTES = 32 * 1024 * 1024;

/** The text of a file, or of the standard input for `-`. */
export async function readInput(file: string, stdin: Readable): Promise<string> {
  const contents = file === '-' ? await text(stdin) : readFile(file);
  if (contents.length > MANIFEST_MAX_BYTES) {
    throw new CliError('INPUT_TOO_LARGE', `${nameOf(file)} is larger than ${MANIFEST_MAX_BYTES} bytes`);
  }
  return contents;
}

/**
 * All objects of a YAML or JSON text, those of a List one by one. Empty documents are skipped.
 * @param onProblem takes what is wrong with a document, whose objects are then left out; by default it is thrown
 * @throws CliError that starts with file and line
 */
export function parseManifests(
  contents: string,
  file: string,
  onProblem: (problem: CliError) => void = (problem) => {
    throw problem;
  },
): Manifest[] {
  const lines = new LineCounter();
  return documentsOf(contents, file, lines).flatMap((document) => {
    try {
      return objectsOf(document, nameOf(file), lines);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      onProblem(error);
      return [];
    }
  });
}

function documentsOf(contents: string, file: string, lines: LineCounter): Document[] {
  try {
    return readYamlDocuments(contents, lines);
  } catch (error) {
    throw new CliError('INVALID_YAML', `${nameOf(file)}: ${messageOf(error)}`);
  }
}

function objectsOf(document: Document, file: string, lines: LineCounter): Manifest[] {
  const [problem] = document.errors;
  if (problem) {
    const line = lines.linePos(problem.pos[0]).line;
    // The library's message goes on with the place and an excerpt.
    const [message] = problem.message.split(' at line ', 1);
    const what = problem.code === 'RESOURCE_EXHAUSTION' ? 'nested too deeply for a manifest' : message;
    throw new CliError('INVALID_YAML', `${file}:${line}: ${what}`);
  }
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return [];
  const items = isRecord(value) && String(value['kind']).endsWith('List') ? value['items'] : undefined;
  if (!Array.isArray(items)) return [checked(new Manifest(value as KubeObject, file, document, lines, []))];
  return items.map((item, i) => checked(new Manifest(item as KubeObject, file, document, lines, ['items', i])));
}

function checked(manifest: Manifest): Manifest {
  const object: unknown = manifest.object;
  if (!isRecord(object)) throw bad(manifest, 'this is not an object with apiVersion and kind');
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof object[field] !== 'string' || object[field] === '') throw bad(manifest, `${field} is not set`);
  }
  const metadata = object['metadata'];
  if (!isRecord(metadata)) throw bad(manifest, 'metadata is not set');
  if (!metadata['name'] && !metadata['generateName']) throw bad(manifest, 'metadata.name is not set', 'metadata');
  return manifest;
}

function bad(manifest: Manifest, what: string, field = ''): CliError {
  return new CliError('INVALID_MANIFEST', `${manifest.locate(field)}: ${what}`);
}

function readFile(file: string): string {
  try {
    if (statSync(file).isDirectory()) {
      throw new CliError('IS_DIRECTORY', `"${file}" is a directory`, 'Name a file, or - for the standard input.');
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    const reason = codeOf(error) === 'ENOENT' ? 'no such file' : messageOf(error);
    throw new CliError('CANNOT_READ', `Cannot read "${file}": ${reason}`);
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
