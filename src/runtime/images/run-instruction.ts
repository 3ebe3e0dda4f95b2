import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildArgs } from './build-args.js';
import { type CopySource, matching } from './copy.js';
import { type Instruction, invalid } from './dockerfile.js';
import { ownerOf } from './ownership.js';
import { type RunMount, type RunStep, runStep } from './run-step.js';
import { expandWord } from './shell-words.js';
import { type Stage, variablesOf } from './stage.js';

export interface RunContext {
  readonly args: BuildArgs;
  readonly scratch: string;
  /** Holds what `--mount=type=cache` keeps between builds. */
  readonly cacheDir: string;
  /** Of `--mount=type=bind,from=…`; the build's folder without a name. */
  readonly sourceOf: (name: string | undefined) => Promise<CopySource>;
  readonly onOutput: (line: string) => void;
}

/** RUN, with here-documents and mounts. */
export async function runInstruction(instruction: Instruction, stage: Stage, context: RunContext): Promise<void> {
  const { flags, where } = instruction;
  const network = flags['network']?.[0] ?? 'default';
  if (!['default', 'host', 'none'].includes(network)) throw invalid(where, `invalid network mode: ${network}`);
  const security = flags['security']?.[0] ?? 'sandbox';
  if (security !== 'sandbox') throw invalid(where, `RUN --security=${security} is not supported`);
  const mounts: RunMount[] = [];
  for (const text of flags['mount'] ?? []) mounts.push(...(await mountOf(text, instruction, stage, context)));
  const user = stage.config.User;
  const roots = stage.hostBase === undefined ? [stage.root] : [stage.root, '/'];
  const { argv, script } = await commandOf(instruction, stage, context.scratch);
  const step: RunStep = {
    argv,
    root: stage.root,
    onHost: stage.hostBase !== undefined,
    workingDir: stage.config.WorkingDir || '/',
    env: { ...context.args.proxies, ...variablesOf(stage) },
    mounts,
    offline: network === 'none',
    scratch: context.scratch,
    onOutput: context.onOutput,
    ...(user && { user: await ownerOf(user, roots) }),
    ...(script !== undefined && { script }),
  };
  await runStep(step);
}

/**
 * A here-document that is the whole command is a script, for the shell or for what its `#!` names; any other belongs to the
 * command's text, which the shell reads itself.
 */
async function commandOf(
  { json, text, heredocs }: Instruction,
  { shell }: Stage,
  scratch: string,
): Promise<{ argv: readonly string[]; script?: string }> {
  const [first] = heredocs;
  if (!first) return { argv: json ?? [...shell, text] };
  if (/^\d*<<-?(["']?)[\w.-]+\1$/.test(text.trim())) {
    if (!first.content.startsWith('#!')) return { argv: [...shell, first.content] };
    const script = path.join(await mkdtemp(path.join(scratch, 'script-')), 'heredoc');
    await writeFile(script, first.content);
    await chmod(script, 0o755);
    await chmod(path.dirname(script), 0o755);
    return { argv: [text], script };
  }
  const bodies = heredocs.map(({ name, content }) => `${content}${name}\n`).join('');
  return { argv: [...shell, `${text}\n${bodies}`] };
}

async function mountOf(text: string, instruction: Instruction, stage: Stage, context: RunContext): Promise<RunMount[]> {
  const { where, escapeWith } = instruction;
  const fields = text.split(',').map((field): [string, string] => {
    const equals = field.indexOf('=');
    return equals < 0 ? [field.toLowerCase(), 'true'] : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
  });
  const given = Object.fromEntries(
    fields.map(([key, value]) => [key, expandWord(value, variablesOf(stage), escapeWith)]),
  );
  const type = given['type'] ?? 'bind';
  const target = given['target'] ?? given['dst'] ?? given['destination'];
  const isReadOnly = ['readonly', 'ro'].some((key) => given[key] === 'true');
  const isWritable = ['readwrite', 'rw'].some((key) => given[key] === 'true');
  if (type === 'secret' || type === 'ssh') {
    if (given['required'] === 'true')
      throw invalid(where, `RUN --mount=type=${type} with required is not supported: there is none to give`);
    context.onOutput(`--mount=type=${type} is left out: there is none to give`);
    return [];
  }
  if (!['bind', 'cache', 'tmpfs'].includes(type))
    throw invalid(where, `unsupported mount type ${JSON.stringify(type)}`);
  if (target === undefined) throw invalid(where, `RUN --mount=type=${type} needs a target`);
  if (/[|\n]/.test(target)) throw invalid(where, 'the target of a mount has no | or line break');
  const place = path.posix.resolve('/', stage.config.WorkingDir || '/', target);
  if (type === 'tmpfs') return [{ target: place, readOnly: false }];
  if (type === 'cache') {
    const id = encodeURIComponent(given['id'] ?? place);
    const source = path.join(context.cacheDir, id === '.' || id === '..' ? '_' : id);
    await mkdir(source, { recursive: true });
    return [{ target: place, source, readOnly: isReadOnly }];
  }
  const [found] = await matching(await context.sourceOf(given['from']), given['source'] ?? given['src'] ?? '.');
  return [{ target: place, source: found!.place, readOnly: !isWritable }];
}
