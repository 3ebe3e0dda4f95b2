import { finished } from 'node:stream/promises';
import type { ExitStatus, PodAccess, ProcessStreams } from '../../resources/core/pod-access.js';
import type { KubeObject } from '../../resources/object.js';
import { boolean, text } from '../http/query.js';
import { badRequest, internalError, type Status } from '../status-error.js';
import { accessError } from './access-error.js';
import type { Channels } from './channels.js';
import { addressOf, containerOf } from './containers.js';

/** A checked exec or attach, ready to run once its streams are open. */
export interface Command {
  /** Names of the streams that the client asked for, with that for errors. */
  readonly streams: ReadonlySet<string>;
  run(channels: Channels): Promise<void>;
}

/** Throws BadRequest before the upgrade, where the caller can still be told in plain HTTP. */
export function prepareCommand(
  subresource: 'exec' | 'attach',
  pod: KubeObject,
  query: URLSearchParams,
  access: PodAccess,
): Command {
  const address = addressOf(pod);
  const options = { container: containerOf(pod, text(query, 'container')), tty: boolean(query, 'tty') };
  const command = query.getAll('command');
  if (subresource === 'exec' && command.length === 0)
    throw badRequest('you must specify at least 1 command for the container');
  const run = async (channels: Channels): Promise<void> => {
    const streams = streamsOf(channels, query, options.tty);
    try {
      const exit =
        subresource === 'exec'
          ? await access.exec(address, { ...options, command }, streams)
          : await access.attach(address, options, streams);
      await Promise.all([flushed(streams.stdout), flushed(streams.stderr)]);
      channels.finish(statusOf(exit, command));
    } catch (error) {
      channels.finish(accessError(error).status);
    }
  };
  return { streams: streamNames(query, options.tty), run };
}

function streamNames(query: URLSearchParams, tty: boolean): Set<string> {
  const asked = ['stdin', 'stdout', 'stderr'].filter((name) => boolean(query, name) && !(tty && name === 'stderr'));
  return new Set(['error', ...asked, ...(tty ? ['resize'] : [])]);
}

function streamsOf(channels: Channels, query: URLSearchParams, tty: boolean): ProcessStreams {
  return {
    ...(boolean(query, 'stdin') && { stdin: channels.stdin }),
    ...(boolean(query, 'stdout') && { stdout: channels.stdout }),
    ...(boolean(query, 'stderr') && !tty && { stderr: channels.stderr }),
    ...(tty && { onResize: (listener) => channels.onResize(listener) }),
  };
}

/** All that was written is on its way, so that the exit status cannot overtake it. */
async function flushed(stream: ProcessStreams['stdout']): Promise<void> {
  if (!stream || stream.destroyed) return;
  stream.end();
  await finished(stream).catch(() => {});
}

function statusOf(
  { exitCode, startError }: ExitStatus,
  command: readonly string[],
): Status | Pick<Status, 'metadata' | 'status'> {
  if (startError !== undefined) return internalError(`error executing command in container: ${startError}`).status;
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  const what = `error executing command [${command.join(' ')}], exit code ${exitCode}`;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${what}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}
