import type { ImageCommands } from '../../image-commands.js';
import { meshName, stateFolder } from '../../state-paths.js';
import type { RegisterCommand } from '../command.js';
import { registerArchives } from './archives.js';
import { registerBuild } from './build.js';
import { registerMap } from './map.js';
import { registerNames } from './names.js';
import { registerRegistry } from './registry.js';
import { registerTransfers } from './transfers.js';

export const registerImage: RegisterCommand = (program, dependencies) => {
  const image = program
    .command('image')
    .description('the images that pods can name')
    .option('--name <name>', 'which mesh');
  const open = (): Promise<ImageCommands> => {
    const name = meshName(image.opts<{ name?: string }>().name, dependencies.env);
    return dependencies.images(stateFolder(name, dependencies.env), name);
  };
  registerBuild(image, open, dependencies);
  registerNames(image, open, dependencies);
  registerTransfers(image, open, dependencies);
  registerArchives(image, open, dependencies);
  registerRegistry(image, open, dependencies);
  registerMap(image, open, dependencies);
};
