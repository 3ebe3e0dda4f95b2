import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import { BuildArgs } from './build-args.js';
import { applyConfiguration } from './configuration.js';
import type { CopySource } from './copy.js';
import { copyInstruction } from './copy-instruction.js';
import { type Instruction, invalid, parseInstruction } from './dockerfile.js';
import type { ImageConfig } from './image.js';
import type { StoredImage } from './image-reader.js';
import { runInstruction } from './run-instruction.js';
import { expandWord, rawWords, type Variables } from './shell-words.js';
import { DEFAULT_SHELL, type Stage, variablesOf } from './stage.js';
import { realFolder } from './unpack-layer.js';

/** An image to start or copy from. */
export interface BaseImage {
  readonly config: ImageConfig;
  readonly image?: StoredImage;
  readonly rootfs?: string;
  /** Present where this machine's file system stands for it. */
  readonly hostBase?: string;
}

export interface BuildContext {
  readonly instructions: readonly Instruction[];
  readonly context: CopySource;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Name or number of the stage to stop at; absent: the last. */
  readonly target?: string;
  /** Folder for the stages' files, removed by the caller. */
  readonly scratch: string;
  /** Holds what RUN's cache mounts keep. */
  readonly cacheDir: string;
  /** Error: NO_BASE_IMAGE. */
  readonly findImage: (name: string) => Promise<BaseImage>;
  readonly onOutput: (line: string) => void;
}

/** Carries out a Dockerfile. Errors name file and line. */
export async function buildStages(build: BuildContext): Promise<Stage> {
  const builder = new Builder(build);
  for (const instruction of build.instructions) {
    if (builder.isComplete(instruction)) break;
    await builder.apply(instruction);
  }
  return builder.result();
}

class Builder {
  private readonly stages: Stage[] = [];
  private readonly args: BuildArgs;

  constructor(private readonly build: BuildContext) {
    this.args = new BuildArgs(build.buildArgs, build.target);
  }

  isComplete(next: Instruction): boolean {
    const { target } = this.build;
    return (
      next.name === 'FROM' &&
      target !== undefined &&
      this.stages.length > 0 &&
      this.stages.at(-1) === this.findStage(target)
    );
  }

  result(): Stage {
    const { target, onOutput } = this.build;
    const stage = target === undefined ? this.stages.at(-1) : this.findStage(target);
    if (!stage) {
      const names = this.stages.map(({ name }, index) => name || String(index)).join(', ');
      const what = `Cannot build stage ${JSON.stringify(target)}: the Dockerfile has none of that name`;
      throw new RuntimeError('NO_STAGE', what, `It has ${names}.`);
    }
    const { unused } = this.args;
    if (unused.length > 0) onOutput(`warning: one or more build-args were not consumed: ${unused.join(', ')}`);
    return stage;
  }

  async apply(instruction: Instruction): Promise<void> {
    this.build.onOutput(`${instruction.name} ${instruction.text}`);
    try {
      await this.carryOut(instruction);
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'DOCKERFILE_INVALID') throw error;
      const hint = error instanceof RuntimeError ? error.hint : undefined;
      const code = error instanceof RuntimeError ? error.code : 'BUILD_FAILED';
      throw new RuntimeError(code, `${instruction.where}: ${messageOf(error)}`, hint, { cause: error });
    }
  }

  private async carryOut(instruction: Instruction): Promise<void> {
    if (instruction.name === 'FROM') return this.from(instruction);
    const stage = this.stages.at(-1);
    if (!stage) {
      if (instruction.name === 'ARG') return this.args.declareGlobal(instruction);
      throw invalid(instruction.where, `no build stage in current context: ${instruction.name} before FROM`);
    }
    const { scratch, cacheDir, onOutput } = this.build;
    const values = (): Variables => variablesOf(stage);
    switch (instruction.name) {
      case 'ARG':
        return this.args.declare(instruction, values, stage.args);
      case 'RUN': {
        const sourceOf = (name: string | undefined) => this.sourceOf(name);
        return runInstruction(instruction, stage, { args: this.args, scratch, cacheDir, sourceOf, onOutput });
      }
      case 'COPY':
      case 'ADD': {
        const from = instruction.flags['from']?.[0];
        const source = await this.sourceOf(
          from === undefined ? undefined : expandWord(from, this.args.global, instruction.escapeWith),
        );
        return copyInstruction(instruction, stage, source, scratch);
      }
      case 'WORKDIR': {
        const folder = expandWord(instruction.text, values(), instruction.escapeWith);
        stage.config.WorkingDir = path.posix.resolve(stage.config.WorkingDir || '/', folder);
        await realFolder(stage.root, stage.config.WorkingDir);
        return;
      }
      case 'SHELL':
        stage.shell = instruction.json ?? stage.shell;
        stage.config.Shell = stage.shell;
        return;
      default:
        applyConfiguration(instruction, stage.config, values(), stage.shell);
    }
  }

  private async from(instruction: Instruction): Promise<void> {
    const { where, flags, escapeWith } = instruction;
    const words = rawWords(instruction.text, escapeWith).map((word) => expandWord(word, this.args.global, escapeWith));
    const [base, as, alias] = words;
    if (words.length !== 1 && !(words.length === 3 && as?.toUpperCase() === 'AS')) {
      throw invalid(where, 'FROM requires either one or three arguments');
    }
    if (!base) throw invalid(where, `base name (${instruction.text}) should not be blank`);
    if (alias !== undefined && !/^[a-z][\w.-]*$/i.test(alias)) {
      throw invalid(
        where,
        `invalid name for build stage: ${JSON.stringify(alias)}, name can't start with a number or contain symbols`,
      );
    }
    const platform = flags['platform']?.[0];
    if (platform !== undefined) this.checkPlatform(expandWord(platform, this.args.global, escapeWith), where);
    const stage = await this.startStage(base, alias?.toLowerCase() ?? '');
    this.stages.push(stage);
    const triggers = stage.config.OnBuild ?? [];
    delete stage.config.OnBuild;
    for (const trigger of triggers) {
      const { line } = instruction;
      await this.apply(
        parseInstruction(trigger, { where: `${where}: ONBUILD of ${base}`, line, escapeWith: '\\', heredocs: [] }),
      );
    }
  }

  /** Images for other systems can be neither run nor built here. */
  private checkPlatform(wanted: string, where: string): void {
    const { TARGETOS: os, TARGETARCH: architecture } = this.args.global;
    const [wantedOs, wantedArchitecture] = wanted.split('/');
    if (wantedOs === os && (wantedArchitecture === undefined || wantedArchitecture === architecture)) return;
    this.build.onOutput(
      `warning: ${where}: --platform=${wanted} is taken as ${os}/${architecture}, which this machine is`,
    );
  }

  private async startStage(base: string, name: string): Promise<Stage> {
    const root = await mkdtemp(path.join(this.build.scratch, 'stage-'));
    // Users of the image's own walk through it.
    await chmod(root, 0o755);
    const earlier = this.findStage(base);
    const fresh = { name, root, args: {} };
    if (earlier) {
      await copyTree(earlier.root, root);
      const { config, hostBase, base: below, shell } = earlier;
      const inherited = { ...(hostBase !== undefined && { hostBase }), ...(below && { base: below }) };
      return { ...fresh, config: { ...config }, owners: new Map(earlier.owners), shell, ...inherited };
    }
    if (base === 'scratch')
      return { ...fresh, config: {}, owners: new Map(), shell: DEFAULT_SHELL, hostBase: 'scratch' };
    const { config, image, rootfs, hostBase } = await this.build.findImage(base);
    if (rootfs !== undefined) await copyTree(rootfs, root);
    return {
      ...fresh,
      config: { ...config },
      owners: new Map(),
      shell: config.Shell ?? DEFAULT_SHELL,
      ...(hostBase !== undefined && { hostBase }),
      ...(image && rootfs !== undefined && { base: { image, rootfs } }),
    };
  }

  /** What `--from` names: a stage before this one, or an image; the build's folder without a name. */
  private async sourceOf(name: string | undefined): Promise<CopySource> {
    if (name === undefined) return this.build.context;
    const earlier = this.findStage(name, this.stages.length - 1);
    if (earlier) {
      const { root, hostBase } = earlier;
      return {
        root,
        onHost: hostBase !== undefined,
        ignored: () => false,
        what: `the stage ${name}`,
        isContext: false,
      };
    }
    const { rootfs, hostBase } = await this.build.findImage(name);
    const onHost = hostBase !== undefined;
    const what = onHost ? `${name}, for which this machine's file system stands` : `the image ${name}`;
    return { root: rootfs ?? '/', onHost, ignored: () => false, what, isContext: false };
  }

  private findStage(name: string, before = this.stages.length): Stage | undefined {
    const wanted = name.toLowerCase();
    return this.stages.slice(0, before).find((stage, index) => stage.name === wanted || String(index) === name);
  }
}

/** With owners, times and links. */
async function copyTree(from: string, to: string): Promise<void> {
  const copy = spawn('cp', ['-a', `${from}/.`, `${to}/`], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [code] = (await once(copy, 'close')) as [number | null];
  if (code !== 0) throw new RuntimeError('BUILD_FAILED', `cannot copy the base image's files: cp ended with ${code}`);
}
