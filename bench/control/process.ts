import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the benchmark that is asked and answers over IPC. */
export class BenchProcess<Call, Answer extends { readonly type: string }> {
  private readonly child: ChildProcess;

  constructor(script: string, args: readonly string[], flags: readonly string[] = []) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.child = fork(path, [...args], { execArgv: [...flags], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  }

  send(call: Call): void {
    this.child.send(call as object);
  }

  /** The next answer of this type. */
  next<Type extends Answer['type']>(type: Type): Promise<Extract<Answer, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`the process ended with ${code}`));
      const onMessage = (message: unknown): void => {
        const answer = message as Answer;
        if (answer.type !== type) return;
        this.child.off('message', onMessage).off('exit', onExit);
        resolve(answer as Extract<Answer, { type: Type }>);
      };
      this.child.on('message', onMessage).once('exit', onExit);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}
