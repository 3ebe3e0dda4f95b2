import { type Document, isCollection, isNode, isPair, type Node } from 'yaml';

/** All comments in and around an object, in their order, without `#`; lines as they were written. */
export function commentsOf(document: Document, path: readonly (string | number)[]): string[] {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  const whole = path.length === 0;
  const texts = [
    ...(whole ? [document.commentBefore] : []),
    ...(isNode(node) ? within(node) : []),
    ...(whole ? [document.comment] : []),
  ];
  return texts.flatMap((text) => (text ? text.split('\n') : [])).filter((line) => line.trim() !== '');
}

function within(node: Node): (string | null | undefined)[] {
  if (!isCollection(node)) return [node.commentBefore, node.comment];
  const items = node.items.flatMap((item) => {
    if (!isPair(item)) return isNode(item) ? within(item) : [];
    return [item.key, item.value].flatMap((part) => (isNode(part) ? within(part) : []));
  });
  return [node.commentBefore, ...items, node.comment];
}
