import type { Message } from '../../analysis/index.js';
import type { CliDependencies } from '../dependencies.js';
import { CliError, EXIT_FAILURE } from '../errors.js';
import type { Manifest } from '../manifests/manifest.js';
import type { RegisterCommand } from './command.js';

interface Flags {
  readonly filename: string[];
  readonly recursive: string[];
  readonly namespace?: string;
}

export const registerValidate: RegisterCommand = (program, dependencies) => {
  program
    .command('validate')
    .alias('v')
    .description('check that the objects of files are ones that the mesh takes, without a mesh')
    .option('-f, --filename <file...>', 'YAML or JSON; a folder stands for all its files; - is the standard input', [])
    .option('-R, --recursive <folder...>', 'all files of a folder and below', [])
    .option('-n, --namespace <name>', 'namespace of what does not say its own')
    .addHelpText(
      'after',
      '\nExamples:\n  trysail validate -f rules.yaml\n  kubectl get services -o yaml | trysail validate -f -',
    )
    .action(async (flags: Flags) => {
      process.exitCode = await run(flags, dependencies);
    });
};

async function run(flags: Flags, { stdin, stdout, stderr, now }: CliDependencies): Promise<number> {
  const names = [...flags.filename, ...flags.recursive];
  if (names.length === 0) throw new CliError('USAGE', 'you must specify resources by --filename');
  const { expandFiles } = await import('../manifests/files.js');
  const { parseManifests, readInput } = await import('../manifests/read.js');
  let failed = false;
  for (const file of expandFiles(names)) {
    const errors: string[] = [];
    const manifests = parseManifests(await readInput(file, stdin), file, ({ message }) => errors.push(message));
    const found = await Promise.all(
      manifests.map((manifest) => findings(manifest, flags.namespace ?? 'default', now())),
    );
    errors.push(...found.flatMap((each) => each.errors));
    const warnings = found.flatMap((each) => each.warnings);
    for (const error of errors) stderr.write(`error: ${error}\n`);
    for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
    failed ||= errors.length > 0;
    if (errors.length === 0) stdout.write(file === '-' ? 'validation succeed\n' : `"${file}" is valid\n`);
  }
  return failed ? EXIT_FAILURE : 0;
}

interface Findings {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

async function findings(manifest: Manifest, namespace: string, now_ms: number): Promise<Findings> {
  const { analyze, validate } = await import('../../analysis/index.js');
  const { definition, messages } = validate(manifest.object, manifest, namespace);
  const errors = messages.map((message) => tell(manifest, message));
  if (definition === undefined) return { errors, warnings: [] };
  const alone = [{ object: manifest.object, origin: manifest }];
  const ports = analyze(alone, { live: false, now_ms, namespace }).filter(({ type }) => type.code === 'IST0118');
  const unlabelled = definition.kind === 'Deployment' ? missingLabels(manifest) : [];
  return { errors: [...errors, ...ports.map((message) => tell(manifest, message))], warnings: unlabelled };
}

function tell(manifest: Manifest, { field, text }: Message): string {
  const { kind, metadata } = manifest.object;
  const what = text.replace(/^Schema validation error: /, '');
  return `${manifest.locate(field)}: ${kind} "${metadata.name ?? metadata.generateName}" is invalid: ${what}`;
}

/** By these the metrics tell applications and versions apart. */
function missingLabels(manifest: Manifest): string[] {
  const spec = manifest.object['spec'] as { template?: { metadata?: { labels?: Record<string, string> } } } | undefined;
  const labels = spec?.template?.metadata?.labels ?? {};
  const has = (...names: string[]): boolean => names.some((name) => labels[name] !== undefined);
  const hasName = has('service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app');
  const hasRevision = has('service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version');
  if (hasName && hasRevision) return [];
  const place = manifest.locate('spec.template.metadata.labels');
  return [
    `${place}: deployment "${manifest.object.metadata.name}" may not provide Istio metrics and telemetry labels: add app and version to its pods`,
  ];
}
