import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import { applyConfiguration, type ConfigDraft, environmentOf } from './configuration.js';
import { type CopySource, copyInto } from './copy.js';
import { type Instruction, invalid } from './dockerfile.js';
import { expandVariables, splitWords } from './expand.js';
import type { ImageConfig } from './image.js';
import { runStep } from './run-step.js';

export interface BuildContext {
  readonly instructions: readonly Instruction[];
  readonly context: CopySource;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Name or number of the stage to stop at; absent: the last. */
  readonly target?: string;
  /** Folder for the stages' files, removed by the caller. */
  readonly scratch: string;
  /** An image of the store, to start or copy from. */
  readonly findImage: (
    name: string,
  ) => Promise<{ readonly config: ImageConfig; readonly rootfs?: string; readonly hostBase?: string } | undefined>;
  readonly onOutput: (line: string) => void;
}

export interface BuiltStage {
  readonly root: string;
  readonly config: ImageConfig;
  readonly hostBase?: string;
}

interface Stage {
  readonly name: string;
  readonly root: string;
  config: ConfigDraft;
  hostBase?: string;
  readonly args: Record<string, string>;
  shell: readonly string[];
}

/** Carries out a Dockerfile. Errors name the line. */
export async function buildStages(build: BuildContext): Promise<BuiltStage> {
  const builder = new Builder(build);
  for (const instruction of build.instructions) {
    if (builder.isComplete(instruction)) break;
    try {
      await builder.apply(instruction);
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'DOCKERFILE_INVALID') throw error;
      const hint = error instanceof RuntimeError ? error.hint : undefined;
      const code = error instanceof RuntimeError ? error.code : 'BUILD_FAILED';
      throw new RuntimeError(code, `Dockerfile line ${instruction.line}: ${messageOf(error)}`, hint, { cause: error });
    }
  }
  return builder.result();
}

class Builder {
  private readonly stages: Stage[] = [];
  private readonly globalArgs: Record<string, string> = {};

  constructor(private readonly build: BuildContext) {}

  isComplete(next: Instruction): boolean {
    const { target } = this.build;
    return next.name === 'FROM' && target !== undefined && this.stages.at(-1) === this.findStage(target);
  }

  result(): BuiltStage {
    const { target } = this.build;
    const stage = target === undefined ? this.stages.at(-1) : this.findStage(target);
    if (!stage)
      throw new RuntimeError(
        'NO_STAGE',
        `Cannot build stage ${JSON.stringify(target)}: the Dockerfile has none of that name`,
      );
    return stage;
  }

  async apply(instruction: Instruction): Promise<void> {
    this.build.onOutput(`${instruction.name} ${instruction.text}`);
    if (instruction.name === 'FROM') return this.from(instruction);
    const stage = this.stages.at(-1);
    if (instruction.name === 'ARG') return this.arg(instruction, stage);
    if (!stage) throw invalid(instruction.line, `${instruction.name} before FROM`);
    switch (instruction.name) {
      case 'RUN':
        return this.run(instruction, stage);
      case 'COPY':
      case 'ADD':
        return this.copy(instruction, stage);
      case 'WORKDIR':
        stage.config.WorkingDir = path.posix.resolve(
          stage.config.WorkingDir || '/',
          this.expand(instruction.text, stage),
        );
        await mkdir(path.join(stage.root, stage.config.WorkingDir), { recursive: true });
        return;
      case 'SHELL':
        stage.shell = instruction.json ?? stage.shell;
        return;
      default:
        applyConfiguration(instruction, stage.config, {
          expand: (text) => this.expand(text, stage),
          command: () => this.command(instruction, stage),
        });
    }
  }

  private async from(instruction: Instruction): Promise<void> {
    const words = splitWords(expandVariables(instruction.text, this.globalArgs));
    const [base, as, alias] = words;
    if (!base || (words.length !== 1 && !(words.length === 3 && as?.toUpperCase() === 'AS'))) {
      throw invalid(instruction.line, 'FROM takes an image, and optionally AS with a name for the stage');
    }
    const root = await mkdtemp(path.join(this.build.scratch, 'stage-'));
    const found = this.findStage(base) ?? (base === 'scratch' ? { config: {} } : await this.build.findImage(base));
    const origin = found && 'root' in found ? { ...found, rootfs: found.root } : found;
    if (!origin) this.build.onOutput(`${base} is not in the image store: this machine's file system stands for it`);
    if (origin?.rootfs) await cp(origin.rootfs, root, { recursive: true, verbatimSymlinks: true });
    const hostBase = origin ? origin.hostBase : base;
    this.stages.push({
      name: alias?.toLowerCase() ?? '',
      root,
      config: { ...origin?.config },
      ...(hostBase === undefined ? {} : { hostBase }),
      args: {},
      shell: ['/bin/sh', '-c'],
    });
  }

  private arg(instruction: Instruction, stage: Stage | undefined): void {
    for (const word of splitWords(instruction.text)) {
      const [name, initial] = word.includes('=')
        ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
        : [word];
      const given = this.build.buildArgs[name] ?? (stage && initial === undefined ? this.globalArgs[name] : undefined);
      const value = given ?? (initial === undefined ? undefined : this.expand(initial, stage));
      if (value !== undefined) (stage?.args ?? this.globalArgs)[name] = value;
    }
  }

  private run(instruction: Instruction, stage: Stage): Promise<void> {
    const { root, config } = stage;
    const argv = this.command(instruction, stage);
    const env = { ...stage.args, ...environmentOf(config) };
    return runStep({ argv, root, workingDir: config.WorkingDir || '/', env, onOutput: this.build.onOutput });
  }

  private async copy(instruction: Instruction, stage: Stage): Promise<void> {
    const words = (instruction.json ?? splitWords(instruction.text)).map((word) => this.expand(word, stage));
    const destination = words.pop();
    if (destination === undefined || words.length === 0) {
      throw invalid(instruction.line, `${instruction.name} requires a source and a destination`);
    }
    const remote = words.find((word) => /^(https?|git|ssh):\/\//.test(word));
    if (remote) throw invalid(instruction.line, `ADD of ${remote} is not supported: fetch it yourself and COPY it`);
    const from = await this.copySource(instruction, stage);
    const workingDir = stage.config.WorkingDir || '/';
    const archives =
      instruction.name === 'ADD' ? words.filter((word) => /\.(tar|tgz|tar\.(gz|bz2|xz))$/.test(word)) : [];
    for (const archive of archives) {
      const place = path.join(stage.root, path.posix.resolve(workingDir, destination));
      await mkdir(place, { recursive: true });
      await unpack(path.join(from.root, path.posix.resolve('/', archive)), place);
    }
    const sources = words.filter((word) => !archives.includes(word));
    const mode = instruction.flags['chmod'];
    if (sources.length > 0) {
      await copyInto(from, stage.root, { sources, destination, workingDir, ...(mode ? { chmod: mode } : {}) });
    }
  }

  private async copySource(instruction: Instruction, stage: Stage): Promise<CopySource> {
    const name = instruction.flags['from'];
    if (name === undefined) return this.build.context;
    const from = this.expand(name, stage);
    const root = this.findStage(from)?.root ?? (await this.build.findImage(from))?.rootfs;
    if (root === undefined)
      throw invalid(instruction.line, `--from=${from}: no such stage, and no image with files of its own`);
    return { root, ignored: () => false };
  }

  private command(instruction: Instruction, stage: Stage): readonly string[] {
    return instruction.json ?? [...stage.shell, instruction.text];
  }

  private expand(text: string, stage: Stage | undefined): string {
    return expandVariables(text, stage ? { ...stage.args, ...environmentOf(stage.config) } : this.globalArgs);
  }

  private findStage(name: string): Stage | undefined {
    return this.stages.find((stage, index) => stage.name === name.toLowerCase() || String(index) === name);
  }
}

async function unpack(archive: string, place: string): Promise<void> {
  const tar = spawn('tar', ['-xf', archive, '-C', place], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [code] = (await once(tar, 'close')) as [number];
  if (code !== 0)
    throw new RuntimeError('ADD_FAILED', `Cannot unpack ${path.basename(archive)}: tar ended with ${code}`);
}
