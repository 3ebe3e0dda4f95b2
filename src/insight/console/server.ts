import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { type Refusal, refusalOf, SignIn } from './access.js';
import type { OverviewSource } from './overview.js';
import { type PageFiles, SIGN_IN_PAGE } from './page-files.js';

/** Request line and headers; a browser sends about 1 KiB. */
export const HEADER_BYTES_MAX = 8 * 1024;
/** A browser opens at most six. */
export const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than the page's second between two questions, so that they share a connection. */
const KEEP_ALIVE_MS = 5_000;

const OVERVIEW_PATH = '/api/overview';

/** On every answer, whatever it is. Nothing may be loaded but from here, nor framed, cached or told to other pages. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export interface ConsoleServerOptions {
  readonly source: OverviewSource;
  readonly files: PageFiles;
  /** Who has it may look. URL-safe characters alone. */
  readonly token: string;
  readonly logger: Logger;
}

/** Shows the mesh to people, read only: a page, and the data that it asks for. */
export class ConsoleServer {
  private readonly server: Server;
  private signIn: SignIn | undefined;
  private port = 0;

  constructor(private readonly options: ConsoleServerOptions) {
    this.server = createServer(
      {
        maxHeaderSize: HEADER_BYTES_MAX,
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => this.answer(request, response),
    );
    this.server.maxConnections = CONNECTIONS_MAX;
  }

  /**
   * @param port 0: any free one
   * @returns the port
   * @throws Error of the system when the address cannot be taken
   */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        const address = this.server.address();
        this.port = typeof address === 'object' && address ? address.port : port;
        this.signIn = new SignIn(this.options.token, this.port);
        resolve(this.port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    try {
      const refusal = refusalOf(request, this.port);
      if (refusal) refuse(response, refusal);
      else this.serve(request, response);
    } catch (error) {
      this.options.logger.error('cannot answer', { path: request.url, reason: messageOf(error) });
      refuse(response, { status: 500, message: 'The console failed; its reason is in the log of the control plane.' });
    }
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const [path = '', query] = splitOnce(request.url ?? '', '?');
    const token = path === '/' && query !== undefined ? new URLSearchParams(query).get('token') : null;
    if (token !== null && this.signIn?.accepts(token)) {
      // Away from the address with the token, which would stay in the browser's history.
      response.writeHead(303, { location: '/', 'set-cookie': this.signIn.cookie() }).end();
      return;
    }
    const file = this.options.files.get(path);
    if (file?.open) send(response, 200, file.type, file.body);
    else if (token !== null || !this.signIn?.isSignedIn(request.headers)) this.askToSignIn(response);
    else if (file) send(response, 200, file.type, file.body);
    else if (path === OVERVIEW_PATH) this.sendOverview(response);
    else refuse(response, { status: 404, message: 'There is no such page.' });
  }

  private askToSignIn(response: ServerResponse): void {
    const page = this.options.files.get(SIGN_IN_PAGE);
    if (page) send(response, 401, page.type, page.body);
    else refuse(response, { status: 401, message: 'Run `trysail console` and open the link that it prints.' });
  }

  private sendOverview(response: ServerResponse): void {
    send(response, 200, 'application/json', Buffer.from(JSON.stringify(this.options.source.overview())));
  }
}

function refuse(response: ServerResponse, { status, message }: Refusal): void {
  if (status === 405) response.setHeader('allow', 'GET, HEAD');
  // What was not read of the request would be taken for the next one.
  response.setHeader('connection', 'close');
  send(response, status, 'text/plain; charset=utf-8', Buffer.from(`${message}\n`));
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
