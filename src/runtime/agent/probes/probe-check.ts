import http from 'node:http';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { Container, Probe } from 'kubernetes-types/core/v1.js';
import { codeOf, messageOf } from '../../../base/errors.js';
import type { RunningProcess } from '../../drivers/driver.js';
import { RuntimeError } from '../../errors.js';
import { grpcFailure } from './grpc-check.js';

export interface CheckResult {
  readonly ok: boolean;
  /** Why it failed, in kubelet's words. */
  readonly message: string;
  /** Nobody listens on the port. */
  readonly refused?: boolean;
}

/** What a check needs of its pod. */
export interface CheckTarget {
  readonly container: Container;
  readonly podIP: string;
  connect(port: number): Promise<Duplex>;
  exec(command: readonly string[]): Promise<RunningProcess>;
}

export type Action = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'>;

const OUTPUT_BYTES_MAX = 10 * 1024;
const REFUSED = 'PROBE_REFUSED';
const OK: CheckResult = { ok: true, message: '' };

/** One probe or lifecycle request; never rejects. A signal that aborts ends it as failed by time. */
export async function check(action: Action, target: CheckTarget, signal: AbortSignal): Promise<CheckResult> {
  try {
    if (action.exec) return await checkExec(action.exec.command ?? [], target, signal);
    if (action.httpGet) return await checkHttp(action.httpGet, target, signal);
    if (action.tcpSocket) return await checkTcp(portOf(action.tcpSocket.port, target.container), target, signal);
    if (action.grpc) return await checkGrpc(action.grpc, target, signal);
    return { ok: false, message: 'the probe says nothing to do' };
  } catch (error) {
    const message = signal.aborted ? 'context deadline exceeded' : messageOf(error);
    return { ok: false, message, refused: codeOf(error) === REFUSED };
  }
}

/** A port's number, by itself or by the container's name for it. */
export function portOf(port: string | number, container: Container): number {
  const number = Number(port);
  if (Number.isInteger(number)) return number;
  const named = container.ports?.find(({ name }) => name === port);
  if (!named) throw new Error(`couldn't find port: ${JSON.stringify(port)} in container ${container.name}`);
  return named.containerPort;
}

async function checkExec(command: readonly string[], target: CheckTarget, signal: AbortSignal): Promise<CheckResult> {
  const running = await target.exec(command);
  const end = () => running.kill('SIGKILL');
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  running.stdin?.end();
  const output = await Promise.all([collect(running.stdout), collect(running.stderr)]);
  const { exitCode } = await running.exited;
  signal.removeEventListener('abort', end);
  if (signal.aborted) return { ok: false, message: `command timed out: "${command.join(' ')}" timed out` };
  return exitCode === 0 ? OK : { ok: false, message: output.join('') };
}

async function collect(stream: AsyncIterable<Buffer | string>): Promise<string> {
  let text = '';
  for await (const chunk of stream) if (text.length < OUTPUT_BYTES_MAX) text += String(chunk);
  return text.slice(0, OUTPUT_BYTES_MAX);
}

async function checkTcp(port: number, target: CheckTarget, signal: AbortSignal): Promise<CheckResult> {
  const socket = await connected(port, target, signal);
  socket.destroy();
  return OK;
}

async function checkGrpc(
  grpc: NonNullable<Probe['grpc']>,
  target: CheckTarget,
  signal: AbortSignal,
): Promise<CheckResult> {
  const socket = await connected(grpc.port, target, signal);
  const failure = await grpcFailure(grpc, socket, `${target.podIP}:${grpc.port}`, signal);
  return failure === undefined ? OK : { ok: false, message: failure };
}

async function checkHttp(get: HttpGet, target: CheckTarget, signal: AbortSignal): Promise<CheckResult> {
  const port = portOf(get.port, target.container);
  const path = get.path ?? '/';
  const url = `${get.scheme === 'HTTPS' ? 'https' : 'http'}://${target.podIP}:${port}${path}`;
  try {
    const status = await httpStatus(
      get,
      path,
      await connected(port, target, signal),
      `${target.podIP}:${port}`,
      signal,
    );
    return status >= 200 && status < 400 ? OK : { ok: false, message: `HTTP probe failed with statuscode: ${status}` };
  } catch (error) {
    const refused = codeOf(error) === REFUSED;
    return { ok: false, message: `Get "${url}": ${signal.aborted ? TIMED_OUT : messageOf(error)}`, refused };
  }
}

type HttpGet = NonNullable<Probe['httpGet']>;

function httpStatus(get: HttpGet, path: string, plain: Duplex, host: string, signal: AbortSignal): Promise<number> {
  // As kubelet: a probe asks whether the program answers, not whether its certificate is good.
  const socket = get.scheme === 'HTTPS' ? tls.connect({ socket: plain, rejectUnauthorized: false }) : plain;
  const given = (get.httpHeaders ?? []).map(({ name, value }) => [name.toLowerCase(), value] as const);
  const headers = { host, 'user-agent': 'kube-probe/1.32', accept: '*/*', ...Object.fromEntries(given) };
  return new Promise<number>((resolve, reject) => {
    const request = http.request({ createConnection: () => socket, method: 'GET', path, headers, signal });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  }).finally(() => {
    socket.destroy();
    plain.destroy();
  });
}

const TIMED_OUT = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

async function connected(port: number, target: CheckTarget, signal: AbortSignal): Promise<Duplex> {
  const where = `dial tcp ${target.podIP}:${port}`;
  const connecting = target.connect(port);
  const socket = await new Promise<Duplex>((resolve, reject) => {
    const expire = () => {
      connecting.then(
        (late) => late.destroy(),
        () => {},
      );
      reject(new Error(`${where}: i/o timeout`));
    };
    signal.addEventListener('abort', expire, { once: true });
    connecting
      .then(resolve, (error: unknown) => {
        if (messageOf(error).includes('ECONNREFUSED')) {
          reject(new RuntimeError(REFUSED, `${where}: connect: connection refused`));
        } else reject(new Error(`${where}: ${messageOf(error)}`));
      })
      .finally(() => signal.removeEventListener('abort', expire));
  });
  socket.on('error', () => {});
  return socket;
}
