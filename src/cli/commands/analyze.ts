import { type Command, Option } from 'commander';
import type { Input, Level, Message } from '../../analysis/index.js';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import type { ApiOptions } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

/** As istioctl's: the analysis went well, and found something. */
export const EXIT_FOUND_ISSUES = 79;
/** As istioctl's: a file could not be read as YAML. */
export const EXIT_DATA = 65;

const DOCS = 'https://istio.io/latest/docs/reference/config/analysis';
const FORMATS = ['log', 'text', 'json', 'yaml', 'sarif'] as const;
const THRESHOLDS = ['Info', 'Warning', 'Error'] as const;

interface Flags extends ApiOptions {
  readonly filename: string[];
  readonly recursive: (string | boolean)[];
  readonly istioNamespace: string;
  readonly allNamespaces?: boolean;
  readonly useKube: string;
  readonly offline?: boolean;
  readonly output: (typeof FORMATS)[number];
  readonly suppress: string[];
  readonly failureThreshold: Level;
  readonly outputThreshold: Level;
  readonly listAnalyzers?: boolean;
  readonly analyzer: string[];
  readonly color?: string | boolean;
  readonly ignoreUnknown?: boolean;
  readonly verbose?: boolean;
}

export const registerAnalyze: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('analyze [files...]')
    .description('look for what is wrong in files and in the running mesh, as istioctl analyze')
    .addHelpText(
      'after',
      `
Examples:
  trysail analyze                                     # the running mesh
  trysail analyze rules.yaml                          # the mesh as it would be with the file
  trysail analyze --use-kube=false istiofiles/        # files alone
  trysail analyze -S "IST0103=Pod *.shop" -o sarif`,
    );
  addOptions(addApiOptions(command)).action(async (files: string[], flags: Flags) => {
    process.exitCode = await run(files, flags, dependencies);
  });
};

function addOptions(command: Command): Command {
  const repeated = (value: string, before: string[]): string[] => [...before, value];
  return command
    .addOption(new Option('-f, --filename <file>', 'as a file without the flag').argParser(repeated).default([]))
    .addOption(
      new Option('-R, --recursive [folder]', 'folders are always read with all below').argParser(repeated).default([]),
    )
    .addOption(new Option('-i, --istioNamespace <name>', 'the root namespace of the mesh').default('istio-system'))
    .addOption(new Option('-A, --all-namespaces', 'tell of the objects of all namespaces'))
    .addOption(
      new Option('-k, --use-kube [yes]', 'the running mesh too')
        .choices(['true', 'false'])
        .default('true')
        .preset('true'),
    )
    .addOption(new Option('--offline', 'the same as --use-kube=false'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(FORMATS).default('log'))
    .addOption(
      new Option('-S, --suppress <code=object>', 'do not say a code of an object: "IST0102=Namespace *"')
        .argParser(repeated)
        .default([]),
    )
    .addOption(
      new Option('--failure-threshold <level>', 'from which level to end with 79').choices(THRESHOLDS).default('Error'),
    )
    .addOption(
      new Option('--output-threshold <level>', 'from which level to print').choices(THRESHOLDS).default('Info'),
    )
    .addOption(new Option('-L, --list-analyzers', 'only print the analyzers'))
    .addOption(new Option('--analyzer <name>', 'only this one').argParser(repeated).default([]))
    .addOption(new Option('--color [yes]', 'by default on a terminal').choices(['true', 'false']).preset('true'))
    .addOption(new Option('--ignore-unknown', 'do not mind files that are not YAML'))
    .addOption(new Option('-v, --verbose', 'say what was analyzed'));
}

async function run(files: readonly string[], flags: Flags, dependencies: CliDependencies): Promise<number> {
  const { stdout, stderr } = dependencies;
  const analysis = await import('../../analysis/index.js');
  if (flags.listAnalyzers) {
    const rows = analysis.ANALYZERS.map(({ name, description }) => `* ${name}:\n${description}\n`);
    stdout.write(rows.join(''));
    return 0;
  }
  const { expandFiles } = await import('../manifests/files.js');
  const { fileInputs, meshInputs } = await import('../analyze/inputs.js');
  const named = [...files, ...flags.filename, ...flags.recursive.filter((value) => typeof value === 'string')];
  const written = await fileInputs(expandFiles(named), dependencies);
  for (const problem of written.problems) stderr.write(`error: ${problem}\n`);
  const mesh = await meshInputs(flags, flags.useKube === 'true' && !flags.offline, named.length > 0, dependencies);
  const namespace = mesh?.namespace ?? flags.namespace ?? 'default';
  const only = mesh && !flags.allNamespaces ? [namespace, ...namespacesOf(written.inputs)] : undefined;
  const messages = analysis.analyze([...(mesh?.inputs ?? []), ...written.inputs], {
    live: mesh !== undefined,
    now_ms: dependencies.now(),
    namespace,
    namespaceIsSaid: flags.namespace !== undefined,
    rootNamespace: flags.istioNamespace,
    ...(only ? { only } : {}),
    suppressions: await suppressions(flags.suppress, dependencies),
    ...(flags.analyzer.length > 0 ? { analyzers: await chosen(flags.analyzer) } : {}),
  });
  const shown = messages.filter(({ level }) => analysis.isAtLeast(level, flags.outputThreshold));
  stdout.write(await format(shown, flags, dependencies));
  const target = targetName(named, mesh !== undefined, flags.allNamespaces ? undefined : namespace);
  if (flags.verbose)
    stderr.write(`Analyzed ${mesh?.inputs.length ?? 0} objects of the mesh and ${written.inputs.length} of files.\n`);
  if (shown.length === 0 && written.problems.length === 0) {
    stderr.write(`\u2714 No validation issues found when analyzing ${target}.\n`);
  }
  if (messages.some(({ level }) => analysis.isAtLeast(level, flags.failureThreshold))) {
    stderr.write(`error: Analyzers found issues when analyzing ${target}.\nhint: ${DOCS} says more of the causes.\n`);
    return EXIT_FOUND_ISSUES;
  }
  return written.problems.length > 0 && !flags.ignoreUnknown ? EXIT_DATA : 0;
}

function namespacesOf(inputs: readonly Input[]): string[] {
  return inputs.flatMap(({ object }) => object.metadata.namespace ?? []);
}

function targetName(files: readonly string[], live: boolean, namespace: string | undefined): string {
  if (files.length > 0) return files.join(', ');
  if (!live) return 'nothing';
  return namespace === undefined ? 'all namespaces' : `namespace: ${namespace}`;
}

async function suppressions(texts: readonly string[], { stderr }: CliDependencies) {
  const { MESSAGE_TYPES, NOT_APPLICABLE, parseSuppression } = await import('../../analysis/index.js');
  return texts.map((text) => {
    const parsed = parseSuppression(text);
    if (parsed === undefined) {
      throw new CliError('USAGE', `${text} is not a valid suppression value`, 'Write CODE=KIND NAME.NAMESPACE.');
    }
    const isKnown = parsed.code in NOT_APPLICABLE || MESSAGE_TYPES.some(({ code }) => code === parsed.code);
    if (!isKnown) {
      stderr.write(
        `Warning: Supplied message code '${parsed.code}' is an unknown message code and will not have any effect.\n`,
      );
    }
    return parsed;
  });
}

async function chosen(names: readonly string[]) {
  const { ANALYZERS } = await import('../../analysis/index.js');
  return names.map((name) => {
    const found = ANALYZERS.find((analyzer) => analyzer.name === name);
    if (found) return found;
    throw new CliError('USAGE', `there is no analyzer ${name}`, '`trysail analyze -L` lists them.');
  });
}

async function format(messages: readonly Message[], flags: Flags, dependencies: CliDependencies): Promise<string> {
  const { formatLog, formatText, toJson, toSarif } = await import('../../analysis/index.js');
  if (flags.output === 'json') return `${JSON.stringify(messages.map(toJson), undefined, '\t')}\n`;
  if (flags.output === 'sarif') return `${JSON.stringify(toSarif(messages, dependencies.version), undefined, 2)}\n`;
  if (flags.output === 'yaml') return (await import('yaml')).stringify(messages.map(toJson));
  const color = flags.color === undefined ? isTerminal(dependencies) : flags.color === 'true';
  return flags.output === 'text' ? formatText(messages, color) : formatLog(messages, color);
}

function isTerminal({ stdout, env }: CliDependencies): boolean {
  return (stdout as { isTTY?: boolean }).isTTY === true && env['TERM'] !== 'dumb' && !env['NO_COLOR'];
}
