import { suggest } from '../base/suggest.js';
import { type BinaryOperator, type ComparisonOperator, type Node, startOf } from './ast.js';
import { parseDuration } from './duration.js';
import { ExpressionError } from './errors.js';
import { FUNCTIONS, type FunctionDefinition } from './functions/index.js';
import { asString, type Typed } from './typed.js';
import type { ValueType } from './values.js';
import type { Vocabulary } from './vocabulary.js';

const ORDERED: ReadonlySet<ValueType> = new Set(['STRING', 'INT64', 'DOUBLE', 'TIMESTAMP', 'DURATION']);
const ADDABLE: ReadonlySet<ValueType> = new Set(['STRING', 'INT64', 'DOUBLE', 'DURATION']);

/** The types of a tree. @throws ExpressionError where they don't agree, or a name is unknown */
export function check(node: Node, text: string, vocabulary: Vocabulary): Typed {
  return new Checker(text, vocabulary).typed(node);
}

/** As {@link check}, and the whole must have that type. */
export function checkAs(node: Node, text: string, vocabulary: Vocabulary, expected: ValueType): Typed {
  return new Checker(text, vocabulary).as(node, expected);
}

class Checker {
  constructor(
    private readonly text: string,
    private readonly vocabulary: Vocabulary,
  ) {}

  typed(node: Node): Typed {
    switch (node.kind) {
      case 'string': {
        const duration_ms = parseDuration(node.value);
        if (duration_ms === undefined) return { kind: 'constant', type: 'STRING', value: node.value };
        return { kind: 'constant', type: 'DURATION', value: duration_ms, text: node.value };
      }
      case 'integer':
        return { kind: 'constant', type: 'INT64', value: node.value };
      case 'double':
        return { kind: 'constant', type: 'DOUBLE', value: node.value };
      case 'bool':
        return { kind: 'constant', type: 'BOOL', value: node.value };
      case 'attribute':
        return this.attribute(node.name, node.offset);
      case 'index':
        return {
          kind: 'index',
          type: 'STRING',
          map: this.as(node.map, 'STRING_MAP'),
          key: this.as(node.key, 'STRING'),
        };
      case 'binary':
        return this.binary(node);
      case 'call':
        return this.call(node);
    }
  }

  as(node: Node, expected: ValueType): Typed {
    const typed = this.typed(node);
    if (typed.type === expected) return typed;
    const string = expected === 'STRING' ? asString(typed) : undefined;
    return string ?? this.fail(`expected ${expected}, got ${typed.type}`, startOf(node), conversionTo(expected));
  }

  private attribute(name: string, offset: number): Typed {
    const type = this.vocabulary.typeOf(name);
    if (type !== undefined) return { kind: 'attribute', type, name };
    const near = suggest(name, this.vocabulary.names());
    const hint = near === undefined ? 'declare it in an attributemanifest' : `did you mean ${near}?`;
    throw new ExpressionError(`unknown attribute ${name}`, this.text, offset, hint, name);
  }

  private binary(node: Extract<Node, { kind: 'binary' }>): Typed {
    const { operator } = node;
    if (operator === '&&' || operator === '||') {
      return {
        kind: 'logical',
        type: 'BOOL',
        operator,
        left: this.as(node.left, 'BOOL'),
        right: this.as(node.right, 'BOOL'),
      };
    }
    const [left, right] = this.sameType(node);
    if (operator === '|') return { kind: 'default', type: left.type, left, right };
    if (operator === '+') {
      if (!ADDABLE.has(left.type)) this.fail(`${left.type} cannot be added`, node.offset);
      return { kind: 'sum', type: left.type, left, right };
    }
    this.checkComparable(operator, left.type, node.offset);
    return { kind: 'comparison', type: 'BOOL', operator, left, right };
  }

  private sameType(node: { left: Node; right: Node; operator: BinaryOperator; offset: number }): [Typed, Typed] {
    const [left, right] = [this.typed(node.left), this.typed(node.right)];
    if (left.type === right.type) return [left, right];
    const [leftString, rightString] = [asString(left), asString(right)];
    if (leftString && rightString) return [leftString, rightString];
    const problem = `${node.operator} needs two values of one type, got ${left.type} and ${right.type}`;
    return this.fail(problem, node.offset, conversionTo(left.type) ?? conversionTo(right.type));
  }

  private checkComparable(operator: ComparisonOperator, type: ValueType, offset: number): void {
    if (type === 'STRING_MAP') this.fail('a STRING_MAP cannot be compared', offset, 'compare one entry: map["key"]');
    if (operator === '==' || operator === '!=' || ORDERED.has(type)) return;
    this.fail(`${operator} has no meaning for ${type}`, offset, 'compare with == or !=');
  }

  private call(node: Extract<Node, { kind: 'call' }>): Typed {
    const { name, offset } = node;
    const definition = FUNCTIONS.get(name);
    if (definition === undefined) {
      const near = suggest(name, FUNCTIONS.keys());
      return this.fail(`unknown function ${name}`, offset, near === undefined ? undefined : `did you mean ${near}?`);
    }
    if (definition.method !== (node.target !== undefined)) {
      const right = definition.method ? `text.${name}(…)` : `${name}(…)`;
      const problem = definition.method ? `${name} is a method` : `${name} is no method`;
      this.fail(problem, offset, `write ${right}`);
    }
    const given = node.target === undefined ? node.args : [node.target, ...node.args];
    if (given.length !== definition.params.length) {
      const wanted = definition.params.length - (definition.method ? 1 : 0);
      this.fail(`${name} takes ${count(wanted)}, got ${node.args.length}`, offset);
    }
    return this.applied(node, definition, given);
  }

  private applied(node: { readonly offset: number }, definition: FunctionDefinition, given: readonly Node[]): Typed {
    let any: ValueType | undefined;
    const args = given.map((arg, index) => {
      const param = definition.params[index]!;
      if (param !== 'T') return this.as(arg, param);
      const typed = any === undefined ? this.typed(arg) : this.as(arg, any);
      any ??= typed.type;
      return typed;
    });
    const type = definition.returns === 'T' ? any! : definition.returns;
    return { kind: 'call', type, definition, offset: node.offset, args };
  }

  private fail(problem: string, offset: number, hint?: string): never {
    throw new ExpressionError(problem, this.text, offset, hint);
  }
}

function count(parameters: number): string {
  return parameters === 1 ? '1 argument' : `${parameters} arguments`;
}

const CONVERSIONS: Partial<Record<ValueType, string>> = {
  IP_ADDRESS: 'write an address as ip("10.0.0.1")',
  TIMESTAMP: 'write a time as timestamp("2018-01-02T15:04:05Z")',
  DNS_NAME: 'write a name as dnsName("istio.io")',
  EMAIL_ADDRESS: 'write an address as email("a@istio.io")',
  URI: 'write a URI as uri("http://istio.io")',
  DURATION: 'write a duration as "1.5s"',
  BOOL: 'write a comparison, or true or false',
};

function conversionTo(type: ValueType): string | undefined {
  return CONVERSIONS[type];
}
