import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fetchUrl, isArchive, isGit, isUrl, unpackArchive } from './add.js';
import { type CopySource, copyInto, matching } from './copy.js';
import { type Instruction, invalid, wordsOf } from './dockerfile.js';
import { openingOf } from './heredoc.js';
import { type Owner, ownerOf } from './ownership.js';
import { expandWord } from './shell-words.js';
import { type Stage, variablesOf } from './stage.js';
import { realFolder } from './unpack-layer.js';

const UNSUPPORTED = ['parents', 'keep-git-dir'] as const;

/** COPY and ADD. @param context what COPY without --from takes from */
export async function copyInstruction(
  instruction: Instruction,
  stage: Stage,
  from: CopySource,
  scratch: string,
): Promise<void> {
  const { name, flags, where, escapeWith } = instruction;
  for (const flag of UNSUPPORTED) {
    if (flags[flag]?.[0] === 'true') throw invalid(where, `${name} --${flag} is not supported`);
  }
  const values = variablesOf(stage);
  const words = [...wordsOf(instruction)];
  const destination = expandWord(words.pop() ?? '', values, escapeWith);
  if (words.length === 0) {
    throw invalid(
      where,
      `${name} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  }
  if (words.length > 1 && !/\/$|^\.{1,2}$|\/\.{1,2}$/.test(destination)) {
    const what = `When using ${name} with more than one source file, the destination must be a directory and end with a /`;
    throw invalid(where, what);
  }
  const owner = await ownerIn(instruction, stage);
  const mode = modeIn(instruction, stage);
  const request = {
    destination,
    workingDir: stage.config.WorkingDir || '/',
    ...(owner && { owner }),
    ...(mode !== undefined && { mode }),
    ...(flags['exclude'] && { exclude: flags['exclude'] }),
  };
  const folder = await mkdtemp(path.join(scratch, 'added-'));
  const made: CopySource = { root: folder, ignored: () => false, what: 'what was fetched', isContext: true };
  try {
    const sources: string[] = [];
    for (const raw of words) {
      const opening = openingOf(raw);
      const heredoc = opening && instruction.heredocs.find((each) => each.name === opening.name);
      const source = expandWord(raw, values, escapeWith);
      if (heredoc) {
        const content = heredoc.expand ? expandWord(heredoc.content, values, escapeWith, true) : heredoc.content;
        await writeFile(path.join(folder, heredoc.name), content);
        await copyInto(made, stage, { ...request, sources: [heredoc.name] });
      } else if (isGit(source) && name === 'ADD') {
        throw invalid(
          where,
          `ADD of the git repository ${source} is not supported: clone it beside the Dockerfile and COPY it`,
        );
      } else if (isUrl(source)) {
        if (name === 'COPY') throw invalid(where, "source can't be a URL for COPY");
        await add(await fetchUrl(source, folder, flags['checksum']?.[0]), flags['unpack']?.[0] === 'true');
      } else if (name === 'ADD' && flags['unpack']?.[0] !== 'false') {
        for (const { place, relative } of await matching(from, source)) {
          if (await isPlainArchive(place)) await unpack(place);
          else sources.push(`/${relative}`);
        }
      } else sources.push(source);
    }
    if (sources.length > 0) await copyInto(from, stage, { ...request, sources });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  async function add(file: string, unpacks: boolean): Promise<void> {
    if (unpacks && (await isArchive(file))) await unpack(file);
    else await copyInto(made, stage, { ...request, sources: [path.basename(file)], mode: mode ?? 0o600 });
  }

  async function unpack(file: string): Promise<void> {
    const target = path.posix.resolve('/', request.workingDir, destination);
    if (owner === undefined && mode === undefined) return unpackArchive(file, await realFolder(stage.root, target));
    const unpacked = await mkdtemp(path.join(folder, 'unpacked-'));
    await unpackArchive(file, unpacked);
    await copyInto({ ...made, root: unpacked }, stage, { ...request, sources: ['.'] });
  }
}

async function isPlainArchive(place: string): Promise<boolean> {
  return isArchive(place).catch(() => false);
}

async function ownerIn({ flags, escapeWith }: Instruction, stage: Stage): Promise<Owner | undefined> {
  const text = flags['chown']?.[0];
  if (text === undefined) return undefined;
  const roots = stage.hostBase === undefined ? [stage.root] : [stage.root, '/'];
  return ownerOf(expandWord(text, variablesOf(stage), escapeWith), roots);
}

function modeIn({ flags, escapeWith, where, name }: Instruction, stage: Stage): number | undefined {
  const text = flags['chmod']?.[0];
  if (text === undefined) return undefined;
  const value = expandWord(text, variablesOf(stage), escapeWith);
  if (/^[0-7]{1,4}$/.test(value)) return Number.parseInt(value, 8);
  throw invalid(
    where,
    `invalid chmod parameter: '${value}'. ${name} --chmod takes an octal number between 0 and 07777`,
  );
}
