import { writeFileSync } from 'node:fs';
import { messageOf, TrysailError } from '../../base/errors.js';
import { CliError } from '../errors.js';
import type { RegisterCommand } from './command.js';

export const registerKubeInject: RegisterCommand = (program, { stdin, stdout }) => {
  program
    .command('kube-inject')
    .description('add the sidecar to the workloads of a file and print it')
    .requiredOption('-f, --filename <file>', 'YAML or JSON; - is the standard input')
    .option('-o, --output <file>', 'write here instead of the standard output')
    .addHelpText('after', '\nExample:\n  kubectl apply -f <(trysail kube-inject -f deployment.yaml)')
    .action(async ({ filename, output }: { filename: string; output?: string }) => {
      const { injectYaml } = await import('../../resources/injection/inject-yaml.js');
      const { readInput } = await import('../manifests/read.js');
      const injected = inject(await readInput(filename, stdin), filename, injectYaml);
      if (output === undefined) stdout.write(injected);
      else writeFileSync(output, injected);
    });
};

function inject(text: string, file: string, injectYaml: (text: string) => string): string {
  try {
    return injectYaml(text);
  } catch (error) {
    const hint = error instanceof TrysailError ? error.hint : undefined;
    throw new CliError('CANNOT_INJECT', `${file}: ${messageOf(error)}`, hint, { cause: error });
  }
}
