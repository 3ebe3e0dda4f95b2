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
import { pullSecrets } from './pull-secrets.js';
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
      ownRoot: image.hostBase === undefined,
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

/** With the events of a kubelet. */
async function findImage(container: Container, context: PodContext): Promise<Image> {
  const { images, clock } = context.parts;
  const name = container.image ?? '';
  const policy = (container.imagePullPolicy ?? 'IfNotPresent') as PullPolicy;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    context.event(container.name, type, reason, message);
  const started_ms = clock.monotonic_ms();
  let isPulling = false;
  const onPulling = () => {
    if (!isPulling) event('Normal', 'Pulling', `Pulling image "${name}"`);
    isPulling = true;
  };
  if (policy === 'Always') onPulling();
  try {
    const image = await images.resolve(name, policy, { credentials: pullSecrets(context, container.name), onPulling });
    const took = elapsedText(clock.monotonic_ms() - started_ms);
    const message = isPulling
      ? `Successfully pulled image "${name}" in ${took} (${took} including waiting). Image size: ${image.size_bytes} bytes.`
      : `Container image "${name}" already present on machine`;
    event('Normal', 'Pulled', message);
    return image;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ErrImagePull') {
      onPulling();
      event('Warning', 'Failed', `Failed to pull image "${name}": ${messageOf(error)}`);
    } else event('Warning', code ?? 'Failed', messageOf(error));
    throw error;
  }
}

/** As Go prints it, to the millisecond: `35ms`, `1.234s`. */
function elapsedText(elapsed_ms: number): string {
  const whole_ms = Math.round(elapsed_ms);
  return whole_ms < 1_000 ? `${whole_ms}ms` : `${whole_ms / 1_000}s`;
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
