/** `$(NAME)` in commands, arguments and values; `$$` is a dollar, an unknown name stays as it is written. */
export function expandReferences(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : (values[name] ?? whole),
  );
}
