import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CliDependencies } from '../../dependencies.js';
import type { ImageCommands } from '../../image-commands.js';

export type OpenImages = () => Promise<ImageCommands>;
export type RegisterImageCommand = (image: Command, open: OpenImages, dependencies: CliDependencies) => void;

export interface OutputFlags {
  readonly output?: 'json';
}

export function outputOption(): Option {
  return new Option('-o, --output <format>', 'form of the output').choices(['json']);
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

export function collectPair(value: string, before: Record<string, string>): Record<string, string> {
  const equals = value.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write NAME=VALUE.');
  return { ...before, [value.slice(0, equals)]: value.slice(equals + 1) };
}
