import http from 'node:http';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { TrysailError } from '../../base/errors.js';
import { type Client, isAlreadyExists } from '../../client/client.js';
import type { KubeObject } from '../../resources/object.js';
import { ImageStore } from '../../runtime/images/image-store.js';
import { resourceOf } from './control-plane.js';
import { type Example, type ExampleImage, exampleNames, exampleObjects, loadExample } from './example.js';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 15;
const REQUEST_TIMEOUT_MS = 2_000;

export interface DeployOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly imagesDir: string;
  /** `http://127.0.0.1:8080` */
  readonly ingress: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Builds the images of an example and then of the others, applies its manifests, and waits until it answers. */
export async function deployExample(example: Example, options: DeployOptions): Promise<void> {
  const { client, clock, progress } = options;
  const images = new ImageStore({ dir: options.imagesDir, clock });
  await buildImages(images, example, options);
  progress('Deploying …');
  await apply(client, { apiVersion: 'v1', kind: 'Namespace', metadata: namespaceMeta(example) });
  for (const object of exampleObjects(example)) {
    const namespace = object.metadata.namespace ?? example.namespace;
    await apply(client, { ...object, metadata: { ...object.metadata, namespace } });
  }
  // While the pods start: who has seen one example finds the images of the next, for its manifests.
  for (const name of exampleNames()) await buildImages(images, loadExample(name), options);
  progress('Waiting for the first answer …');
  const deadline_ms = clock.monotonic_ms() + READY_WITHIN_MS;
  for (const path of [example.try.path, ...(example.ready ?? [])]) {
    await firstAnswer(example, path, deadline_ms, options);
  }
}

function namespaceMeta(example: Example): KubeObject['metadata'] {
  return { name: example.namespace, labels: { 'istio-injection': 'enabled' } };
}

async function buildImages(images: ImageStore, example: Example, options: DeployOptions): Promise<void> {
  for (const image of example.images) {
    await buildOnce(images, example, image, options.progress);
    options.signal.throwIfAborted();
  }
}

async function buildOnce(
  images: ImageStore,
  example: Example,
  image: ExampleImage,
  progress: DeployOptions['progress'],
): Promise<void> {
  if (await images.find(image.name)) return;
  progress(`Building ${image.name} …`);
  await images.build({ tags: [image.name], context: join(example.folder, image.context), buildArgs: image.args ?? {} });
}

/** What is there from an earlier run stays as it is: the user may have changed it. */
async function apply(client: Client, object: KubeObject): Promise<void> {
  await client.create(resourceOf(object), object).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
}

async function firstAnswer(
  example: Example,
  path: string,
  deadline_ms: number,
  { clock, ingress, signal }: DeployOptions,
): Promise<void> {
  let last = 'nothing yet';
  while (clock.monotonic_ms() < deadline_ms) {
    const answer = await request(ingress, example.try.host, path);
    if (answer === 'ok') return;
    last = answer;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new TrysailError(
    'EXAMPLE_NOT_READY',
    `the example did not answer ${path} within ${READY_WITHIN_MS / 1000} s: ${last}`,
    `See what its pods say: kubectl get pods -n ${example.namespace}`,
  );
}

function request(ingress: string, host: string, path: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = host === '' ? {} : { host };
    const call = http.get(new URL(path, ingress), { headers, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200 ? 'ok' : `status ${response.statusCode}`));
      response.on('error', (error) => resolve(error.message));
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', (error) => resolve(error.message));
  });
}
