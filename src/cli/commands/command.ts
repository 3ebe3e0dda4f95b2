import type { Command } from 'commander';
import type { CliDependencies } from '../dependencies.js';

/** Adds one command. Its work is imported when it is called, so that no command pays for another's start. */
export type RegisterCommand = (program: Command, dependencies: CliDependencies) => void;
