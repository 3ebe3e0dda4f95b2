import type { Instruction } from './dockerfile.js';
import { parsePairs, splitWords } from './expand.js';
import type { ImageConfig } from './image.js';

export type ConfigDraft = { -readonly [K in keyof ImageConfig]: ImageConfig[K] };

/** An instruction that changes no file but how the image is run. In place. */
export function applyConfiguration(
  instruction: Instruction,
  config: ConfigDraft,
  words: { readonly expand: (text: string) => string; readonly command: () => readonly string[] },
): void {
  const value = () => words.expand(instruction.text);
  switch (instruction.name) {
    case 'ENV': {
      const values = parsePairs(instruction.text).map(([name, text]) => `${name}=${words.expand(text)}`);
      const names = values.map((pair) => pair.slice(0, pair.indexOf('=') + 1));
      config.Env = [...(config.Env ?? []).filter((old) => !names.some((name) => old.startsWith(name))), ...values];
      return;
    }
    case 'LABEL':
      config.Labels = { ...config.Labels, ...Object.fromEntries(parsePairs(value())) };
      return;
    case 'EXPOSE': {
      const ports = splitWords(value()).map((port) => [port.includes('/') ? port : `${port}/tcp`, {}] as const);
      config.ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(ports) };
      return;
    }
    case 'VOLUME': {
      const folders = (instruction.json ?? splitWords(value())).map((folder) => [folder, {}] as const);
      config.Volumes = { ...config.Volumes, ...Object.fromEntries(folders) };
      return;
    }
    case 'USER':
      config.User = value();
      return;
    case 'STOPSIGNAL':
      config.StopSignal = value();
      return;
    case 'CMD':
      config.Cmd = words.command();
      return;
    case 'ENTRYPOINT':
      config.Entrypoint = words.command();
      // A CMD of the base image belonged to the base image's entry point.
      delete config.Cmd;
      return;
    case 'HEALTHCHECK':
      config.Healthcheck = { Test: instruction.text === 'NONE' ? ['NONE'] : healthTest(instruction.text) };
  }
}

/** The image's variables; Env has each name once. */
export function environmentOf(config: ImageConfig): Record<string, string> {
  return Object.fromEntries(
    (config.Env ?? []).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

function healthTest(text: string): string[] {
  const command = text.replace(/^CMD\s+/, '');
  try {
    return ['CMD', ...(JSON.parse(command) as string[])];
  } catch {
    return ['CMD-SHELL', command];
  }
}
