import { STOPPED_ANNOTATION } from '../../resources/core/node/stopped.js';
import { NODES } from '../../resources/gvr.js';
import type { CliDependencies } from '../dependencies.js';
import { type ApiOptions, openSession } from '../session.js';
import { addApiOptions } from './api-options.js';
import type { RegisterCommand } from './command.js';

/** Nodes of a mesh can fail as machines do, to see what follows. */
export const registerNode: RegisterCommand = (program, dependencies) => {
  const node = program.command('node').description('switch nodes of the mesh off and on, as machines that fail');
  node.addHelpText('after', '\nExample:\n  trysail node stop node-1');
  add('stop', 'end the node and its pods without a word to anybody', true);
  add('start', 'let a stopped node run again', false);

  function add(name: string, description: string, stopped: boolean): void {
    const command = node.command(name).description(description).argument('<node>', 'for example node-1');
    addApiOptions(command).action((which: string, options: ApiOptions) => {
      return mark(which, stopped, options, dependencies);
    });
  }
};

async function mark(name: string, stopped: boolean, options: ApiOptions, dependencies: CliDependencies): Promise<void> {
  const { client } = await openSession(options, dependencies);
  // A merge patch makes no object: a name that is not there must not become one.
  await client.get(NODES, name);
  const body = { metadata: { annotations: { [STOPPED_ANNOTATION]: stopped ? 'true' : null } } };
  await client.patch(NODES, name, undefined, { type: 'merge', body });
  dependencies.stdout.write(`node/${name} ${stopped ? 'stopped' : 'started'}\n`);
}
