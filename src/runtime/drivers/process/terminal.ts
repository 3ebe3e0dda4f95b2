import { spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

/** util-linux's `script` gives the command a terminal and passes on its exit code (`-e`); its own log goes nowhere. */
export function withTerminal(argv: readonly string[]): string[] {
  return ['script', '-q', '-e', '-f', '-c', `exec ${argv.map(shellQuoted).join(' ')}`, '/dev/null'];
}

/** Sets the size of the terminal that `script` made; the kernel tells the program by SIGWINCH. */
export async function resizeTerminal(scriptPid: number, columns: number, rows: number): Promise<void> {
  const terminal = await terminalBelow(scriptPid);
  if (!terminal) return;
  const stty = spawn('stty', ['-F', terminal, 'cols', String(columns), 'rows', String(rows)], { stdio: 'ignore' });
  stty.on('error', () => {});
}

async function terminalBelow(pid: number): Promise<string | undefined> {
  for (const task of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const children = await readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '');
    for (const child of children.split(' ').filter(Boolean)) {
      const file = await readlink(`/proc/${child}/fd/0`).catch(() => '');
      if (file.startsWith('/dev/pts/')) return file;
    }
  }
  return undefined;
}

function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
