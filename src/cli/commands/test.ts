import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import { messageOf } from '../../base/errors.js';
import type { TestReport } from '../../explain/config-test/index.js';
import { CliError } from '../errors.js';
import { type ApiOptions, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

interface TestOptions extends ApiOptions {
  readonly file?: readonly string[];
  readonly withMesh?: boolean;
  readonly output: 'text' | 'json' | 'junit';
  readonly junit?: string;
  readonly coverage?: number;
}

const PERCENT_ALL = 100;
const EXAMPLES = `
Examples:
  trysail test routing-test.yaml                     the configuration is what the file names
  trysail test -f rules/ -f apps/ tests/*.yaml       or what -f names
  trysail test -f new-rules/ --with-mesh tests/*.yaml --junit report.xml --coverage 80

A test file:
  config: [rules/, apps.yaml]
  namespace: shop
  tests:
  - name: jason sees v2
    from: cart
    request: { url: http://stock/items, headers: { end-user: jason } }
    expect: { route: [{ host: stock, subset: v2 }], timeout: 10s }

Files of istio-config-validator (testCases) are read too.`;

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const registerTest: RegisterCommand = (program, dependencies) => {
  const command = program
    .command('test')
    .description('run tests of a configuration: for given requests, what would become of them; sends nothing')
    .argument('<test-file...>', 'files of tests')
    .option('-f, --file <file>', 'files or folders of configuration; may be given again', collect)
    .option('--with-mesh', "test the running mesh, with the objects of files in the place of the mesh's")
    .option('--junit <file>', 'also write a JUnit report')
    .option('--coverage <percent>', 'fail when tests reach fewer of the routes', toPercent)
    .addOption(
      new Option('-o, --output <format>', 'form of the output').choices(['text', 'json', 'junit']).default('text'),
    )
    .addHelpText('after', EXAMPLES);
  addApiOptions(command).action(async (names: string[], options: TestOptions) => {
    const [configTest, { parseTestFile }, objects, { readInput }] = await Promise.all([
      import('../../explain/config-test/index.js'),
      import('../explain/test-file.js'),
      import('../explain/mesh-objects.js'),
      import('../manifests/read.js'),
    ]);
    const { coveredPercent, junitXml, mergeReports, reportText, runConfigTests, withOneGateway } = configTest;
    const session = options.withMesh ? await openSession(options, dependencies) : undefined;
    const namespace = session?.namespace ?? options.namespace ?? 'default';
    const reports: TestReport[] = [];
    for (const name of names) {
      const file = parseTestFile(await readInput(name, dependencies.stdin), name, namespace);
      const manifests = await objects.manifestsOf(
        [...(options.file ?? []), ...file.config],
        namespace,
        dependencies.stdin,
      );
      if (session === undefined && manifests.length === 0) throw noConfiguration(name);
      const mesh =
        session === undefined
          ? objects.meshOfFiles(manifests, namespace)
          : await objects.meshOfServer(session.client, manifests, namespace);
      reports.push(
        await runConfigTests({
          snapshot: file.anyGateway ? withOneGateway(mesh) : mesh,
          tests: file.tests,
          locate: objects.locator(manifests, namespace),
          writtenAt: objects.writtenAt(manifests, namespace),
          now_ms: () => performance.now(),
        }),
      );
    }
    const report = mergeReports(reports);
    if (options.junit !== undefined) writeReport(options.junit, junitXml(report));
    const forms = {
      text: reportText,
      junit: junitXml,
      json: (each: TestReport) => `${JSON.stringify(each, undefined, 2)}\n`,
    };
    dependencies.stdout.write(forms[options.output](report));
    if (report.results.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
    const percent = coveredPercent(report.coverage);
    if (percent < (options.coverage ?? 0)) {
      dependencies.stderr.write(
        `error: the tests reach ${Math.floor(percent)} % of the routes, not ${options.coverage} %\n`,
      );
      process.exitCode = 1;
    }
  });
};

function toPercent(text: string): number {
  const percent = Number(text);
  if (Number.isFinite(percent) && percent >= 0 && percent <= PERCENT_ALL) return percent;
  throw new CliError('USAGE', `--coverage ${text} is not a number from 0 to 100`);
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError('CANNOT_WRITE', `Cannot write "${file}": ${messageOf(error)}`);
  }
}

function noConfiguration(file: string): CliError {
  return new CliError(
    'NO_CONFIGURATION',
    `${file} names no configuration to test`,
    'Say -f FILE, or "config: [FILE]" in the test file, or --with-mesh for the running mesh.',
  );
}
