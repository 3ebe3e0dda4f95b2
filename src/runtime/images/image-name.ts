import { RuntimeError } from '../errors.js';

export interface ImageName {
  /** `docker.io/library/node` */
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…` when the name pins one; then the tag does not count. */
  readonly digest?: string;
  /** With all that Docker leaves unsaid: `docker.io/library/node:latest` */
  readonly full: string;
  /** As people write it: `node:latest` */
  readonly familiar: string;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DEFAULT_DOMAIN = 'docker.io';
const OFFICIAL = 'library/';

/** Completes a name as Docker does. Throws INVALID_IMAGE_NAME. */
export function parseImageName(text: string): ImageName {
  const [named, digest] = split(text, text.indexOf('@'));
  const [remote, tag = 'latest'] = split(named, named.indexOf(':', named.lastIndexOf('/') + 1));
  const slash = remote.indexOf('/');
  const first = remote.slice(0, slash);
  const hasDomain = slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const domain = hasDomain ? first : DEFAULT_DOMAIN;
  const path = hasDomain ? remote.slice(slash + 1) : remote;
  const complete = domain === DEFAULT_DOMAIN && !path.includes('/') ? OFFICIAL + path : path;
  if (
    !REPOSITORY.test(complete) ||
    !TAG.test(tag) ||
    (digest !== undefined && !/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest))
  ) {
    throw new RuntimeError(
      'INVALID_IMAGE_NAME',
      `Cannot parse image name ${JSON.stringify(text)}: invalid reference format`,
      'Write it as [REGISTRY/]NAME[:TAG], the name in lower case.',
    );
  }
  const repository = `${domain}/${complete}`;
  const suffix = digest === undefined ? `:${tag}` : `@${digest}`;
  const short = domain === DEFAULT_DOMAIN ? complete.replace(/^library\/(?=[^/]+$)/, '') : repository;
  return {
    repository,
    tag,
    ...(digest === undefined ? {} : { digest }),
    full: repository + suffix,
    familiar: short + suffix,
  };
}

function split(text: string, at: number): [string, string?] {
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
