import http from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly took_ms: number;
  readonly headers: http.IncomingHttpHeaders;
}

export interface Target {
  /** Address of the ingress: `http://127.0.0.1:8080`. */
  readonly ingress: string;
  readonly host: string;
  readonly userAgent?: string;
  readonly path?: string;
}

/** One request through the ingress. */
export function ask(target: Target, agent?: http.Agent): Promise<Answer> {
  const started = performance.now();
  const headers = { host: target.host, ...(target.userAgent ? { 'user-agent': target.userAgent } : {}) };
  return new Promise((resolve, reject) => {
    const request = http.get(
      new URL(target.path ?? '/', target.ingress),
      { headers, ...(agent ? { agent } : {}) },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: body.trim(),
            took_ms: performance.now() - started,
            headers: response.headers,
          }),
        );
      },
    );
    request.on('error', reject);
  });
}

/** `count` requests, one after another. */
export async function poll(target: Target, count: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < count; i++) answers.push(await ask(target));
  return answers;
}

/** `users` at once, each `rounds` requests one after another: what `siege -r ROUNDS -c USERS` does. */
export async function siege(target: Target, users: number, rounds: number): Promise<Answer[]> {
  const agent = new http.Agent({ keepAlive: true });
  try {
    const answers = await Promise.all(
      Array.from({ length: users }, async () => {
        const own: Answer[] = [];
        for (let i = 0; i < rounds; i++) own.push(await ask(target, agent));
        return own;
      }),
    );
    return answers.flat();
  } finally {
    agent.destroy();
  }
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Polls until `check` holds, and fails with its last message when the deadline passes: for states that come by themselves. */
export async function eventually<T>(what: string, within_ms: number, check: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + within_ms;
  let last = '';
  while (performance.now() < deadline) {
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not within ${within_ms} ms: ${what}${last ? `\n${last}` : ''}`);
}
