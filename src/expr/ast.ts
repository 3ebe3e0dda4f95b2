export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type BinaryOperator = ComparisonOperator | '|' | '||' | '&&' | '+';

/** What was written; `offset` is where it begins, for operators where the operator stands. */
export type Node =
  | { readonly kind: 'string'; readonly offset: number; readonly value: string }
  | { readonly kind: 'integer'; readonly offset: number; readonly value: number }
  | { readonly kind: 'double'; readonly offset: number; readonly value: number }
  | { readonly kind: 'bool'; readonly offset: number; readonly value: boolean }
  | { readonly kind: 'attribute'; readonly offset: number; readonly name: string }
  | {
      readonly kind: 'binary';
      readonly offset: number;
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: 'index'; readonly offset: number; readonly map: Node; readonly key: Node }
  | {
      readonly kind: 'call';
      readonly offset: number;
      readonly name: string;
      /** Before the dot of a method. */
      readonly target: Node | undefined;
      readonly args: readonly Node[];
    };

/** Where the text of a node begins, of operators too. */
export function startOf(node: Node): number {
  if (node.kind === 'binary') return startOf(node.left);
  if (node.kind === 'index') return startOf(node.map);
  if (node.kind === 'call' && node.target !== undefined) return startOf(node.target);
  return node.offset;
}
