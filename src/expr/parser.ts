import type { BinaryOperator, Node } from './ast.js';
import { ExpressionError } from './errors.js';
import { type Token, tokens } from './lexer.js';
import { EXPRESSION_DEPTH_MAX, EXPRESSION_LENGTH_MAX_CHARS, EXPRESSION_NODES_MAX } from './limits.js';

/** As in Go, whose grammar Mixer took: `|` binds closer than comparisons. */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '|': 4,
  '+': 4,
};

/** The tree of an expression. @throws ExpressionError */
export function parse(text: string): Node {
  if (text.length > EXPRESSION_LENGTH_MAX_CHARS) {
    throw new ExpressionError(
      `the expression is longer than ${EXPRESSION_LENGTH_MAX_CHARS} characters`,
      text,
      EXPRESSION_LENGTH_MAX_CHARS,
    );
  }
  return new Parser(text).whole();
}

class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;
  private nodes = 0;

  constructor(private readonly text: string) {
    this.tokens = tokens(text);
  }

  whole(): Node {
    if (this.peek().kind === 'end') this.fail('the expression is empty', this.peek());
    const node = this.binary(1);
    if (this.peek().kind !== 'end') this.unexpected('an operator or the end');
    return node;
  }

  private binary(lowest: number): Node {
    let left = this.postfix();
    for (;;) {
      const { offset, kind, text } = this.peek();
      const precedence = kind === 'operator' ? PRECEDENCE[text as BinaryOperator] : undefined;
      if (precedence === undefined || precedence < lowest) return left;
      this.next++;
      const right = this.binary(precedence + 1);
      left = this.node({ kind: 'binary', offset, operator: text as BinaryOperator, left, right });
    }
  }

  private postfix(): Node {
    let node = this.primary();
    for (;;) {
      const { offset } = this.peek();
      if (this.take('[')) {
        const key = this.nested(() => this.binary(1));
        this.expect(']');
        node = this.node({ kind: 'index', offset, map: node, key });
      } else if (this.take('.')) {
        const name = this.name('the name of a method');
        if (!this.take('(')) this.fail(`.${name.text} is no method call`, name, 'a method is called with (…)');
        node = this.node({ kind: 'call', offset: name.offset, name: name.text, target: node, args: this.args() });
      } else return node;
    }
  }

  private primary(): Node {
    const token = this.peek();
    const { kind, offset, text } = token;
    this.next++;
    if (kind === 'string') return this.node({ kind, offset, value: text });
    if (kind === 'double') return this.node({ kind, offset, value: Number(text) });
    if (kind === 'integer') return this.integer(token);
    if (kind === 'name') return this.named(token);
    if (kind === 'operator' && text === '(') {
      const inner = this.nested(() => this.binary(1));
      this.expect(')');
      return inner;
    }
    this.next--;
    return this.unexpected('a literal, an attribute or a function');
  }

  private integer(token: Token): Node {
    const value = Number(token.text);
    if (!Number.isSafeInteger(value)) this.fail(`${token.text} is larger than ${Number.MAX_SAFE_INTEGER}`, token);
    return this.node({ kind: 'integer', offset: token.offset, value });
  }

  /** `true`, `f(…)`, `a.b.c`, or `a.b.method(…)`. */
  private named(first: Token): Node {
    const word = first.text.toLowerCase();
    if ((word === 'true' || word === 'false') && !this.at('(') && !this.at('.')) {
      return this.node({ kind: 'bool', offset: first.offset, value: word === 'true' });
    }
    const parts = [first];
    while (this.take('.')) parts.push(this.name('the next part of the name'));
    const nameOf = (tokens: readonly Token[]) => tokens.map((token) => token.text).join('.');
    if (!this.take('(')) return this.node({ kind: 'attribute', offset: first.offset, name: nameOf(parts) });
    const callee = parts.pop()!;
    const target: Node | undefined =
      parts.length > 0 ? this.node({ kind: 'attribute', offset: first.offset, name: nameOf(parts) }) : undefined;
    return this.node({ kind: 'call', offset: callee.offset, name: callee.text, target, args: this.args() });
  }

  private args(): Node[] {
    const args: Node[] = [];
    if (this.take(')')) return args;
    do args.push(this.nested(() => this.binary(1)));
    while (this.take(','));
    this.expect(')');
    return args;
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > EXPRESSION_DEPTH_MAX) {
      this.fail(`the expression is nested deeper than ${EXPRESSION_DEPTH_MAX} levels`, this.peek());
    }
    const result = read();
    this.depth--;
    return result;
  }

  private node<T extends Node>(node: T): T {
    if (++this.nodes > EXPRESSION_NODES_MAX) {
      this.fail(`the expression has more than ${EXPRESSION_NODES_MAX} parts`, node);
    }
    return node;
  }

  private name(wanted: string): Token {
    const token = this.peek();
    if (token.kind !== 'name') this.unexpected(wanted);
    this.next++;
    return token;
  }

  private peek(): Token {
    return this.tokens[this.next]!;
  }

  private at(operator: string): boolean {
    const { kind, text } = this.peek();
    return kind === 'operator' && text === operator;
  }

  private take(operator: string): boolean {
    const found = this.at(operator);
    if (found) this.next++;
    return found;
  }

  private expect(operator: string): void {
    if (!this.take(operator)) this.unexpected(`"${operator}"`);
  }

  private unexpected(wanted: string): never {
    const token = this.peek();
    const what = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
    this.fail(`unexpected ${what}, expected ${wanted}`, token);
  }

  private fail(problem: string, at: { readonly offset: number }, hint?: string): never {
    throw new ExpressionError(problem, this.text, at.offset, hint);
  }
}
