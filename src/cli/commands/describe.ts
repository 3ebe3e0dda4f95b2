import type { Command } from 'commander';
import type { CliDependencies } from '../dependencies.js';
import { type ApiOptions, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

export const registerDescribe: RegisterCommand = (program, dependencies) => {
  addDescribe(program, dependencies);
  // Where istioctl has it.
  const experimental = program.command('experimental', { hidden: true }).alias('x');
  addDescribe(experimental, dependencies);
};

function addDescribe(parent: Command, dependencies: CliDependencies): void {
  const describe = parent
    .command('describe')
    .alias('des')
    .description('say what the mesh does with a pod or a service: ports, rules, subsets, how it is exposed')
    .addHelpText(
      'after',
      '\nExamples:\n  trysail describe pod cart-7c9d.shop\n  trysail describe service cart -n shop',
    );
  for (const [name, aliases] of [
    ['pod', ['po']],
    ['service', ['svc']],
  ] as const) {
    const command = describe
      .command(name)
      .aliases(aliases)
      .description(`say what the mesh does with a ${name}`)
      .argument('<name>', 'NAME[.NAMESPACE]');
    addApiOptions(command).action((word: string, options: ApiOptions) => run(name, word, options, dependencies));
  }
}

async function run(kind: 'pod' | 'service', word: string, options: ApiOptions, dependencies: CliDependencies) {
  const [{ describePod, describeService }, { meshOfServer }, { nameAndNamespace }] = await Promise.all([
    import('../describe/describe.js'),
    import('../explain/mesh-objects.js'),
    import('../proxy-config/target.js'),
  ]);
  const session = await openSession(options, dependencies);
  const target = nameAndNamespace(word, session.namespace);
  const snapshot = await meshOfServer(session.client, [], session.namespace);
  const describe = kind === 'pod' ? describePod : describeService;
  dependencies.stdout.write(`${describe(snapshot, target, session.namespace).join('\n')}\n`);
}
