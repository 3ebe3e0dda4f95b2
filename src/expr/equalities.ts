import type { Node } from './ast.js';
import { parse } from './parser.js';

/**
 * The comparisons `attribute == literal` without any of which the whole cannot be true: those joined by `&&` at the top.
 * @throws ExpressionError
 */
export function equalitiesOf(text: string): ReadonlyMap<string, string | number | boolean> {
  const found = new Map<string, string | number | boolean>();
  collect(parse(text), found);
  return found;
}

function collect(node: Node, into: Map<string, string | number | boolean>): void {
  if (node.kind !== 'binary') return;
  const { left, right } = node;
  if (node.operator === '&&') {
    collect(left, into);
    collect(right, into);
  } else if (node.operator === '==') {
    const [attribute, literal] = left.kind === 'attribute' ? [left, right] : [right, left];
    if (attribute.kind === 'attribute' && 'value' in literal) into.set(attribute.name, literal.value);
  }
}
