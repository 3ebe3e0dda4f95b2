import path from 'node:path';
import type { Container, VolumeMount } from 'kubernetes-types/core/v1.js';
import type { ContainerSpec } from '../../drivers/driver.js';
import { environmentOf } from '../../images/configuration.js';
import type { ImageConfig } from '../../images/image.js';
import { accountMount, TOKEN_VOLUME } from './account-token.js';
import { expandReferences } from './expand.js';

export interface ContainerInputs {
  readonly container: Container;
  readonly image: ImageConfig;
  readonly rootfs: string | undefined;
  /** The container's own, from its manifest. */
  readonly environment: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** Whether the service account's token is seen where clients look for it. */
  readonly mountsAccount: boolean;
  /** Folder of each volume. */
  readonly volumes: ReadonlyMap<string, string>;
}

/** What the driver starts: the manifest's words where it has some, else the image's. */
export function containerSpec({
  container,
  image,
  rootfs,
  environment,
  hostname,
  mountsAccount,
  volumes,
}: ContainerInputs): ContainerSpec {
  const env = { ...environmentOf(image), HOSTNAME: hostname, ...environment };
  return {
    name: container.name,
    argv: argvOf(container, image, environment),
    env,
    workingDir: container.workingDir || image.WorkingDir || '/',
    ...(rootfs === undefined ? {} : { rootfs }),
    ...(container.stdin ? { stdin: true } : {}),
    ...(container.tty ? { tty: true } : {}),
    mounts: mountsOf(container, mountsAccount && volumes.has(TOKEN_VOLUME)).flatMap((mount) => {
      const source = volumes.get(mount.name);
      const subPath = mount.subPathExpr ? expandReferences(mount.subPathExpr, environment) : (mount.subPath ?? '');
      if (source === undefined) return [];
      return [
        {
          source: path.join(source, path.posix.normalize(`/${subPath}`)),
          target: mount.mountPath,
          readOnly: mount.readOnly ?? false,
        },
      ];
    }),
  };
}

function mountsOf({ volumeMounts = [] }: Container, withAccount: boolean): VolumeMount[] {
  return withAccount ? [...volumeMounts, ...accountMount(volumeMounts)] : volumeMounts;
}

function argvOf(container: Container, image: ImageConfig, environment: Readonly<Record<string, string>>): string[] {
  const expand = (words: readonly string[]) => words.map((word) => expandReferences(word, environment));
  const { command, args } = container;
  if (command && command.length > 0) return expand([...command, ...(args ?? [])]);
  const rest = args && args.length > 0 ? expand(args) : (image.Cmd ?? []);
  return [...(image.Entrypoint ?? []), ...rest];
}
