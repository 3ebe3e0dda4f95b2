import { writeFileSync } from 'node:fs';
import type { CliDependencies } from '../dependencies.js';
import { CliError } from '../errors.js';
import type { RegisterCommand } from './command.js';

interface Flags {
  readonly file: string[];
  readonly recursive?: string[];
  readonly namespace?: string;
  readonly output?: string;
}

export const registerConvert: RegisterCommand = (program, dependencies) => {
  program
    .command('convert')
    .description("print the rules of Istio 0.7 and Ingresses as today's kinds, networking.istio.io/v1")
    .option('-f, --file <file...>', 'YAML or JSON; a folder stands for all its files; - is the standard input', [])
    .option('-R, --recursive <folder...>', 'all files of a folder and below', [])
    .option('-n, --namespace <name>', 'namespace of what does not say its own')
    .option('-o, --output <file>', 'write here instead of the standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  trysail convert -f route-rules.yaml\n  trysail convert -R istiofiles -n shop -o rules-v1.yaml',
    )
    .action(async (flags: Flags & { recursive: string[] }) => {
      await convertFiles([...flags.file, ...flags.recursive], flags, dependencies);
    });
};

async function convertFiles(
  names: readonly string[],
  { namespace, output }: Flags,
  { stdin, stdout, stderr }: CliDependencies,
): Promise<void> {
  if (names.length === 0)
    throw new CliError('USAGE', 'nothing to convert', 'Name a file with -f, or a folder with -R.');
  const { expandFiles } = await import('../manifests/files.js');
  const { parseManifests, readInput } = await import('../manifests/read.js');
  const { toSource } = await import('../convert/source.js');
  const { convert } = await import('../convert/convert.js');
  const { writeConversion } = await import('../convert/write.js');
  const texts = new Map<unknown, string>();
  const manifests = [];
  for (const file of expandFiles(names)) {
    const contents = await readInput(file, stdin);
    let start = 0;
    for (const manifest of parseManifests(contents, file)) {
      manifests.push(manifest);
      if (texts.has(manifest.document)) continue;
      const end = manifest.document.range?.[2] ?? contents.length;
      texts.set(manifest.document, documentText(contents.slice(start, end)));
      start = end;
    }
  }
  if (manifests.length === 0)
    throw new CliError('NOTHING_TO_DO', `nothing to convert: ${names.join(', ')} has no objects`);
  const sources = manifests.map((manifest) => toSource(manifest, namespace));
  const conversion = convert(sources);
  for (const { source, field, text } of conversion.notes) {
    const { kind, metadata } = source.manifest.object;
    stderr.write(`note: ${source.manifest.locate(field)}: ${kind} ${metadata.name}${field && `: ${field}`}: ${text}\n`);
  }
  const written = writeConversion(sources, conversion, (manifest) => texts.get(manifest.document) ?? '');
  if (output === undefined) stdout.write(written);
  else writeFileSync(output, written);
}

/** A document without the marks around it, as it was written. */
function documentText(text: string): string {
  const body = text.replace(/^---[ \t]*\r?\n/m, '').replace(/^\.\.\.[ \t]*\r?\n?$/m, '');
  return body.endsWith('\n') ? body : `${body}\n`;
}
