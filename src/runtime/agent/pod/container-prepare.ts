import type { Container } from 'kubernetes-types/core/v1.js';
import { codeOf, messageOf } from '../../../base/errors.js';
import type { ContainerSpec } from '../../drivers/driver.js';
import type { Image } from '../../images/image.js';
import type { PullPolicy } from '../../images/image-store.js';
import { accountVariables } from './account-token.js';
import { containerSecurity } from './container-security.js';
import { containerSpec } from './container-spec.js';
import { containerEnvironment } from './environment.js';
import type { PodContext } from './pod-context.js';
import { prepareSubPaths } from './sub-path.js';

export interface Prepared {
  readonly spec: ContainerSpec;
  readonly imageID: string;
  readonly stopSignal: NodeJS.Signals;
}

/** Why a container cannot be started yet: the `waiting` state of its status. */
export interface NotPrepared {
  readonly reason: string;
  readonly message: string;
}

/** Names the file of the termination message to a program that cannot see it at its path. */
const TERMINATION_VARIABLE = 'TRYSAIL_TERMINATION_LOG';

const IMAGE_REASONS = new Set(['ErrImagePull', 'ErrImageNeverPull', 'InvalidImageName']);

/** Finds the image and gathers the configuration of a container's next run. Never rejects. */
export async function prepareContainer(container: Container, context: PodContext): Promise<Prepared | NotPrepared> {
  const { images, reader } = context.parts;
  try {
    const image = await findImage(container, context);
    const environment = await containerEnvironment(
      context.facts,
      container,
      reader,
      context.sandbox.serviceAddress?.bind(context.sandbox),
    );
    const rootfs = await images.rootfs(image);
    const showsPaths = context.parts.driver.name !== 'process';
    const terminationFile = context.terminationFile(container.name);
    const told: Record<string, string> = showsPaths ? {} : { [TERMINATION_VARIABLE]: terminationFile };
    const spec = containerSpec({
      container,
      image: image.config,
      rootfs,
      environment: { ...told, ...accountVariables(context.parts.driver, context.volumes), ...environment },
      mountsAccount: showsPaths,
      security: await containerSecurity({ pod: context.pod(), container, image: image.config, rootfs }),
      ...(showsPaths && { terminationFile }),
      hostname: context.hostname,
      volumes: context.volumes,
    });
    await prepareSubPaths(container, spec.mounts, context.volumes);
    return { spec, imageID: imageIdOf(image), stopSignal: signalOf(image.config.StopSignal) };
  } catch (error) {
    const code = codeOf(error) ?? '';
    const reason = IMAGE_REASONS.has(code) ? code : 'CreateContainerConfigError';
    return { reason, message: messageOf(error) };
  }
}

async function findImage(container: Container, { parts, event }: PodContext): Promise<Image> {
  const name = container.image ?? '';
  const policy = (container.imagePullPolicy ?? 'IfNotPresent') as PullPolicy;
  try {
    const image = await parts.images.resolve(name, policy);
    const message =
      policy === 'Always'
        ? `Successfully pulled image "${name}" in 0s`
        : `Container image "${name}" already present on machine`;
    event(container.name, 'Normal', 'Pulled', message);
    return image;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ErrImagePull') {
      event(container.name, 'Normal', 'Pulling', `Pulling image "${name}"`);
      event(container.name, 'Warning', 'Failed', `Failed to pull image "${name}": ${messageOf(error)}`);
    } else event(container.name, 'Warning', code ?? 'Failed', messageOf(error));
    throw error;
  }
}

function imageIdOf(image: Image): string {
  const [name] = image.names;
  const repository = name?.replace(/[:@][^/]*$/, '');
  return repository === undefined ? image.digest : `${repository}@${image.digest}`;
}

/** STOPSIGNAL of a Dockerfile: a name, with or without SIG. */
function signalOf(text: string | undefined): NodeJS.Signals {
  if (!text || /^\d+$/.test(text)) return 'SIGTERM';
  return (text.startsWith('SIG') ? text : `SIG${text}`) as NodeJS.Signals;
}
