import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, messageOf } from '../../../base/errors.js';
import { RuntimeError } from '../../errors.js';
import { digestOf, manifestType, parseManifest } from '../manifest-check.js';
import { type Descriptor, type ImageIndex, MANIFEST_BYTES_MAX, type Manifest, MEDIA } from '../media-types.js';
import { answerChallenge } from './authorization.js';
import type { Credential } from './credentials.js';
import { bytesOf, type HttpRequest, type HttpResponse, send } from './http.js';
import type { RegistryAddress } from './registry-address.js';

export interface RegistryClientOptions {
  readonly address: RegistryAddress;
  readonly credential: Credential | undefined;
  /** Certificates are not checked. */
  readonly insecure: boolean;
}

export interface FoundManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
  readonly manifest: Manifest | ImageIndex;
}

const ACCEPT = [MEDIA.index, MEDIA.manifest, MEDIA.dockerList, MEDIA.dockerManifest].join(', ');
const TRIES_MAX = 3;
const RETRY_FIRST_MS = 500;
/** The other side speaks no TLS, or its certificate is not to be trusted. */
const TLS_FAULT = /^(EPROTO|ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;
/** Worth another try: the server is busy, or a server between could not reach it. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/** One repository at a registry: the client's side of the OCI distribution API v1.1. */
export class RegistryClient {
  private authorization: string | undefined;

  constructor(private readonly options: RegistryClientOptions) {}

  /** @param reference tag or digest; a digest's content is checked @returns undefined when there is none */
  async manifest(reference: string): Promise<FoundManifest | undefined> {
    const response = await this.request('pull', { path: `manifests/${reference}`, headers: { Accept: ACCEPT } });
    if (response.status === 404) return void response.body.resume();
    await expectStatus(response, [200]);
    const bytes = await bytesOf(response.body, MANIFEST_BYTES_MAX);
    const digest = digestOf(bytes, reference);
    if (reference.includes(':') && reference !== digest) {
      throw new RuntimeError('DIGEST_MISMATCH', `the registry sent a manifest with digest ${digest} for ${reference}`);
    }
    const sent = response.headers['content-type']?.split(';')[0]?.trim();
    const manifest = parseManifest(bytes);
    const mediaType = manifest.mediaType ?? manifestType(manifest, sent);
    return { descriptor: { mediaType, digest, size: bytes.length }, bytes, manifest };
  }

  async putManifest(reference: string, mediaType: string, bytes: Buffer): Promise<void> {
    const headers = { 'Content-Type': mediaType, 'Content-Length': String(bytes.length) };
    const path = `manifests/${reference}`;
    const response = await this.request('push', { method: 'PUT', path, headers, body: () => bytes });
    await expectStatus(response, [201, 200]);
    response.body.resume();
  }

  /** @param start first byte that is wanted */
  async blob(digest: string, start = 0): Promise<Readable> {
    const headers: Record<string, string> = start === 0 ? {} : { Range: `bytes=${start}-` };
    const response = await this.request('pull', { path: `blobs/${digest}`, headers });
    await expectStatus(response, [start === 0 ? 200 : 206]);
    return response.body;
  }

  async hasBlob(digest: string): Promise<boolean> {
    return this.exists(await this.request('push', { method: 'HEAD', path: `blobs/${digest}` }));
  }

  /** At once: POST for the place, PUT with the content. */
  async putBlob({ digest, size }: Descriptor, open: () => Readable): Promise<void> {
    const headers = { 'Content-Length': '0' };
    const started = await this.request('push', { method: 'POST', path: 'blobs/uploads/', headers });
    await expectStatus(started, [202, 201]);
    started.body.resume();
    const { location } = started.headers;
    if (location === undefined) throw new RuntimeError('REGISTRY_ANSWER', 'the registry names no place for an upload');
    const url = new URL(location, started.url);
    url.searchParams.set('digest', digest);
    const content = { 'Content-Type': 'application/octet-stream', 'Content-Length': String(size) };
    const stored = await this.request('push', { method: 'PUT', url, headers: content, body: open });
    await expectStatus(stored, [201, 204]);
    stored.body.resume();
  }

  private exists({ status, body, headers }: HttpResponse): boolean {
    body.resume();
    if (status === 404) return false;
    if (status === 200) return true;
    throw refusal(status, '', headers);
  }

  private async request(action: 'pull' | 'push', wanted: Wanted): Promise<HttpResponse> {
    const { address } = this.options;
    for (let tries = 1; ; tries++) {
      try {
        const response = await this.authorized(action, wanted);
        if (!PASSING.has(response.status) || tries >= TRIES_MAX) return response;
        response.body.resume();
      } catch (error) {
        if (error instanceof RuntimeError || tries >= TRIES_MAX) throw this.unreachable(error, address);
      }
      // Not the clock's timer, which would not keep a waiting command alive.
      await wait(RETRY_FIRST_MS * 2 ** (tries - 1));
    }
  }

  private unreachable(error: unknown, { scheme, host, port }: RegistryAddress): RuntimeError {
    if (error instanceof RuntimeError) return error;
    const hint =
      scheme === 'https' && TLS_FAULT.test(codeOf(error) ?? '')
        ? 'For a registry without TLS, or with a certificate of its own, use --insecure.'
        : undefined;
    const message = `failed to do request: ${scheme}://${host}:${port}: ${messageOf(error) || 'connection refused'}`;
    return new RuntimeError('REGISTRY_UNREACHABLE', message, hint, { cause: error });
  }

  private async authorized(action: 'pull' | 'push', wanted: Wanted): Promise<HttpResponse> {
    const response = await this.once(wanted);
    if (response.status !== 401) return response;
    const challenges = response.headers['www-authenticate'];
    if (challenges === undefined) return response;
    const { address, credential, insecure } = this.options;
    const scope = `repository:${address.path}:${action === 'push' ? 'pull,push' : 'pull'}`;
    const answer = await answerChallenge(challenges, scope, credential, insecure);
    if (answer === undefined || answer === this.authorization) return response;
    response.body.resume();
    this.authorization = answer;
    return this.once(wanted);
  }

  private once({ method, path, url, headers, body }: Wanted): Promise<HttpResponse> {
    const { address, insecure } = this.options;
    const { scheme, host, port } = address;
    const name = host.includes(':') ? `[${host}]` : host;
    const place = url ?? new URL(`${scheme}://${name}:${port}/v2/${address.path}/${path}`);
    const request: HttpRequest = {
      url: place,
      insecure,
      headers: { ...headers, ...(this.authorization !== undefined && { Authorization: this.authorization }) },
      ...(method !== undefined && { method }),
      ...(body && { body: body() }),
    };
    return send(request);
  }
}

interface Wanted {
  readonly method?: string;
  /** Below the repository; or a whole `url`. */
  readonly path?: string;
  readonly url?: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each try. */
  readonly body?: () => Buffer | Readable;
}

async function expectStatus(response: HttpResponse, statuses: readonly number[]): Promise<void> {
  if (statuses.includes(response.status)) return;
  const text = (await bytesOf(response.body).catch(() => Buffer.alloc(0))).toString();
  throw refusal(response.status, text, response.headers);
}

/** With what the registry says of it. */
function refusal(status: number, text: string, headers: HttpResponse['headers']): RuntimeError {
  let said = '';
  try {
    const { errors = [] } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    said = errors.map(({ code, message }) => [code, message].filter(Boolean).join(': ')).join('; ');
  } catch {
    // Not every server on the way speaks JSON.
  }
  if (status === 401 || status === 403) {
    const how = status === 401 ? 'authorization failed' : 'insufficient_scope: authorization failed';
    return new RuntimeError(
      'UNAUTHORIZED',
      `pull access denied, repository does not exist or may require authorization: ${how}${said && ` (${said})`}`,
      'Log in with `docker login`, or give --username and --password-stdin.',
    );
  }
  const what = said || headers['content-type'] || 'no reason given';
  return new RuntimeError('REGISTRY_ANSWER', `unexpected status from the registry: ${status}: ${what}`);
}
