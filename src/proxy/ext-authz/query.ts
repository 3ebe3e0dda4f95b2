/** Sets and removes parameters of a path's query; they come out in the order of their names, as Envoy writes them. */
export function withQueryParameters(
  path: string,
  set: readonly (readonly [name: string, value: string])[],
  remove: readonly string[],
): string {
  const mark = path.indexOf('?');
  const bare = mark === -1 ? path : path.slice(0, mark);
  const parameters = new Map<string, string>();
  for (const pair of mark === -1 ? [] : path.slice(mark + 1).split('&')) {
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    if (name !== '') parameters.set(name, equals === -1 ? '' : pair.slice(equals + 1));
  }
  for (const [name, value] of set) parameters.set(name, value);
  for (const name of remove) parameters.delete(name);
  const query = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
  return query.length === 0 ? bare : `${bare}?${query.join('&')}`;
}
