import path from 'node:path';
import type { Container, VolumeMount } from 'kubernetes-types/core/v1.js';
import { parseQuantity } from '../../../resources/validation/quantity.js';
import type { ContainerSpec } from '../../drivers/driver.js';
import { environmentOf } from '../../images/configuration.js';
import type { ImageConfig } from '../../images/image.js';
import { accountMount, TOKEN_VOLUME } from './account-token.js';
import type { containerSecurity } from './container-security.js';
import { expandReferences } from './expand.js';
import { terminationPath } from './termination-message.js';

export interface ContainerInputs {
  readonly container: Container;
  readonly image: ImageConfig;
  readonly rootfs: string | undefined;
  /** Whether that is the whole root. */
  readonly ownRoot: boolean;
  /** The container's own, from its manifest. */
  readonly environment: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** Whether the service account's token is seen where clients look for it. */
  readonly mountsAccount: boolean;
  /** Where the program's last words are kept; absent: it cannot be shown at its path. */
  readonly terminationFile?: string;
  readonly security: Awaited<ReturnType<typeof containerSecurity>>;
  /** Folder of each volume. */
  readonly volumes: ReadonlyMap<string, string>;
}

/** What the driver starts: the manifest's words where it has some, else the image's. */
export function containerSpec({
  container,
  image,
  rootfs,
  ownRoot,
  environment,
  hostname,
  mountsAccount,
  terminationFile,
  security,
  volumes,
}: ContainerInputs): ContainerSpec {
  const env = { ...environmentOf(image), HOSTNAME: hostname, ...environment };
  return {
    name: container.name,
    argv: argvOf(container, image, environment),
    env,
    workingDir: container.workingDir || image.WorkingDir || '/',
    ...(rootfs === undefined ? {} : { rootfs }),
    ...(ownRoot && rootfs !== undefined ? { ownRoot } : {}),
    ...security,
    ...limitsOf(container),
    ...(container.stdin ? { stdin: true } : {}),
    ...(container.tty ? { tty: true } : {}),
    mounts: [
      ...(terminationFile === undefined
        ? []
        : [{ source: terminationFile, target: terminationPath(container), readOnly: false }]),
      ...mountsOf(container, mountsAccount && volumes.has(TOKEN_VOLUME)).flatMap((mount) => {
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
    ],
  };
}

function limitsOf({ resources }: Container): Pick<ContainerSpec, 'limits'> {
  const cpus = parseQuantity(resources?.limits?.['cpu']);
  const memory_bytes = parseQuantity(resources?.limits?.['memory']);
  if (!cpus && !memory_bytes) return {};
  return { limits: { ...(cpus ? { cpus } : {}), ...(memory_bytes ? { memory_bytes } : {}) } };
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
