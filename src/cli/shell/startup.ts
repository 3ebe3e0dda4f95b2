import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { quote } from './shims.js';

export interface ShellStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How to start an interactive shell that shows `[trysail]` before its own prompt. The user's own files are read first; since they
 * may set PATH anew, the shims' folder is put before it again after them.
 *
 * @param folder private to this shell; start-up files are written there
 */
export function interactiveShell(shell: string, folder: string, shims: string, env: NodeJS.ProcessEnv): ShellStart {
  const after = `PATH=${quote(shims)}:"$PATH"\n`;
  switch (basename(shell)) {
    case 'bash':
      writeFileSync(join(folder, 'bashrc'), `[ -f ~/.bashrc ] && . ~/.bashrc\n${after}PS1="[trysail] $PS1"\n`);
      return { file: shell, args: ['--rcfile', join(folder, 'bashrc'), '-i'], env: {} };
    case 'zsh': {
      const own = env['ZDOTDIR'] ?? env['HOME'] ?? '';
      const source = `[ -f ${quote(join(own, '.zshrc'))} ] && ZDOTDIR=${quote(own)} . ${quote(join(own, '.zshrc'))}\n`;
      writeFileSync(join(folder, '.zshrc'), `${source}${after}PS1="[trysail] $PS1"\n`);
      return { file: shell, args: ['-i'], env: { ZDOTDIR: folder } };
    }
    default:
      // What POSIX says that an interactive sh reads; a shell that does not keeps its own prompt.
      writeFileSync(join(folder, 'shrc'), `${after}PS1="[trysail] $PS1"\n`);
      return { file: shell, args: ['-i'], env: { ENV: join(folder, 'shrc') } };
  }
}
