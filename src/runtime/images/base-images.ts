import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { RuntimeError } from '../errors.js';
import { parseImageName } from './image-name.js';
import type { OciLayout } from './oci-layout.js';

/** A base image for which this machine's file system stands. */
export interface BaseMapping {
  /** Repository, with `*` for any characters; with a tag only those tags. */
  readonly pattern: string;
  /** What of this machine an image on such a base needs. */
  readonly programs: readonly string[];
}

const FILE = 'base-images.json';
const MAPPINGS_MAX = 1_000;

/** The bases that people's Dockerfiles name most, by what they bring. */
export const USUAL_BASES: readonly BaseMapping[] = [
  ...mapped(
    ['node'],
    'node',
    'bitnami/node',
    'cimg/node',
    'gcr.io/distroless/nodejs*',
    'mcr.microsoft.com/devcontainers/*node*',
  ),
  ...mapped(
    ['java'],
    'eclipse-temurin',
    'openjdk',
    'java',
    'amazoncorretto',
    'azul/zulu-openjdk*',
    'bellsoft/liberica-open*',
  ),
  ...mapped(
    ['java'],
    'ibm-semeru-runtimes',
    'sapmachine',
    'adoptopenjdk*',
    'adoptopenjdk/*',
    'gcr.io/distroless/java*',
  ),
  ...mapped(
    ['java'],
    'fabric8/java*',
    'jboss/*',
    'registry.access.redhat.com/*openjdk*',
    'mcr.microsoft.com/openjdk/*',
  ),
  ...mapped(['java', 'mvn'], 'maven'),
  ...mapped(['java', 'gradle'], 'gradle'),
  ...mapped(['python3'], 'python', 'gcr.io/distroless/python*'),
  ...mapped(['go'], 'golang'),
  ...mapped(['cargo'], 'rust'),
  ...mapped(['gcc'], 'gcc'),
  ...mapped(['ruby'], 'ruby'),
  ...mapped(['php'], 'php'),
  ...mapped(['perl'], 'perl'),
  ...mapped(['nginx'], 'nginx'),
  ...mapped(
    ['sh'],
    'alpine',
    'debian',
    'ubuntu',
    'busybox',
    'fedora',
    'centos',
    'rockylinux',
    'almalinux',
    'amazonlinux',
  ),
  ...mapped(['sh'], 'buildpack-deps', 'opensuse/*', 'oraclelinux', 'archlinux', 'bash', 'curlimages/curl'),
  ...mapped(
    ['sh'],
    'registry.access.redhat.com/ubi*',
    'quay.io/centos/*',
    'gcr.io/distroless/*',
    'cgr.dev/chainguard/*',
  ),
];

function mapped(programs: readonly string[], ...patterns: readonly string[]): BaseMapping[] {
  return patterns.map((pattern) => ({ pattern, programs }));
}

/** The table of bases; the user's lines come before the usual ones. */
export class BaseImages {
  constructor(private readonly layout: OciLayout) {}

  async own(): Promise<readonly BaseMapping[]> {
    return (await this.layout.readDocument<{ mappings: readonly BaseMapping[] }>(FILE))?.mappings ?? [];
  }

  /** @param name as in FROM */
  async find(name: string): Promise<BaseMapping | undefined> {
    return [...(await this.own()), ...USUAL_BASES].find(({ pattern }) => matches(pattern, name));
  }

  async add(mapping: BaseMapping): Promise<void> {
    checkPattern(mapping.pattern);
    await this.change((mappings) => [mapping, ...mappings.filter(({ pattern }) => pattern !== mapping.pattern)]);
  }

  /** Error: NO_SUCH_MAPPING. */
  async remove(pattern: string): Promise<void> {
    await this.change((mappings) => {
      if (mappings.some((each) => each.pattern === pattern)) return mappings.filter((each) => each.pattern !== pattern);
      throw new RuntimeError('NO_SUCH_MAPPING', `Nothing was mapped to ${pattern}`, 'See `trysail image map`.');
    });
  }

  private change(change: (mappings: readonly BaseMapping[]) => readonly BaseMapping[]): Promise<void> {
    return this.layout.changeDocument<{ mappings: readonly BaseMapping[] }>(FILE, (value) => {
      const mappings = change(value?.mappings ?? []);
      if (mappings.length <= MAPPINGS_MAX) return { mappings };
      throw new RuntimeError('TOO_MANY_MAPPINGS', `Cannot keep more than ${MAPPINGS_MAX} mapped base images`);
    });
  }
}

/** Of a mapping's programs, those that no folder of the PATH has. */
export function missingPrograms({ programs }: BaseMapping, searchPath: string): string[] {
  const folders = searchPath.split(':').filter((folder) => folder !== '');
  return programs.filter((program) => !folders.some((folder) => isExecutable(path.join(folder, program))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function matches(pattern: string, name: string): boolean {
  const { repository, tag } = parseImageName(name);
  const short = familiarRepository(repository);
  const hasTag = pattern.lastIndexOf(':') > pattern.lastIndexOf('/');
  const source = familiarRepository(pattern)
    .replace(/[\\^$.|+?(){}[\]]/g, '\\$&')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(hasTag ? `${short}:${tag}` : short);
}

function familiarRepository(name: string): string {
  return name.replace(/^(index\.)?docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '');
}

function checkPattern(pattern: string): void {
  try {
    parseImageName(pattern.replaceAll('*', 'x'));
  } catch (error) {
    const hint = 'Write it as in FROM, with * for any characters: company/base*.';
    throw new RuntimeError('INVALID_IMAGE_NAME', `Cannot map ${JSON.stringify(pattern)}: it is no image's name`, hint, {
      cause: error,
    });
  }
}
