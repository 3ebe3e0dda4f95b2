import {
  type AttributeBag,
  compileExpression,
  type Expression,
  extended,
  Failure,
  KUBERNETES_OUTPUTS,
  type Value,
  type Vocabulary,
} from '../expr/index.js';
import type { InstanceConfig } from './config.js';

type Kubernetes = Extract<InstanceConfig, { template: 'kubernetes' }>;

/** The attribute of the mesh that says the same as an output of kubernetesenv. */
const ATTRIBUTE_OF_OUTPUT: Readonly<Record<string, string>> = {
  pod_ip: 'ip',
  pod_name: 'name',
  labels: 'labels',
  namespace: 'namespace',
  service: 'service',
  service_account_name: 'serviceAccount',
};
const SIDES = ['source', 'destination', 'origin'] as const;

/** Adds to the attributes of a request what a `kubernetes` instance binds. */
export type Generator = (bag: AttributeBag) => AttributeBag;

/**
 * The mesh knows the pods that a request is from and for: `$out.source_labels` is the label set of the pod that `source_uid` or
 * `source_ip` names, where these name the pod of the request. Other pods are not looked up. @throws ExpressionError
 */
export function compileGenerator({ inputs, attributeBindings }: Kubernetes, vocabulary: Vocabulary): Generator {
  const asked = new Map(
    SIDES.map((side) => [side, ['uid', 'ip'].flatMap((id) => compileInput(inputs, side, id, vocabulary))]),
  );
  const bindings = new Map(
    Object.entries(attributeBindings).map(([name, text]) => [
      name,
      compileExpression(text, extended(vocabulary, KUBERNETES_OUTPUTS), vocabulary.typeOf(name)),
    ]),
  );
  return (bag) => new GeneratedAttributes(bag, bindings, asked);
}

interface Input {
  /** The attribute that holds the same of the request's own pod. */
  readonly attribute: string;
  readonly expression: Expression;
}

function compileInput(
  inputs: Readonly<Record<string, string>>,
  side: string,
  id: string,
  vocabulary: Vocabulary,
): Input[] {
  const text = inputs[`${side}_${id}`];
  if (text === undefined) return [];
  const expression = compileExpression(text, vocabulary, id === 'uid' ? 'STRING' : 'IP_ADDRESS');
  return [{ attribute: `${side}.${id}`, expression }];
}

class GeneratedAttributes implements AttributeBag {
  private readonly outputs: AttributeBag = { get: (name) => this.output(name) };

  constructor(
    private readonly bag: AttributeBag,
    private readonly bindings: ReadonlyMap<string, Expression>,
    private readonly asked: ReadonlyMap<string, readonly Input[]>,
  ) {}

  get(name: string): Value | undefined {
    const binding = this.bindings.get(name);
    if (binding === undefined) return this.bag.get(name);
    const value = binding.evaluate(this.outputs);
    return value instanceof Failure ? this.bag.get(name) : value;
  }

  private output(name: string): Value | undefined {
    if (!name.startsWith('$out.')) return this.bag.get(name);
    const underscore = name.indexOf('_');
    const side = name.slice('$out.'.length, underscore);
    const attribute = ATTRIBUTE_OF_OUTPUT[name.slice(underscore + 1)];
    if (attribute === undefined || !this.namesThePod(side)) return undefined;
    return this.bag.get(`${side}.${attribute}`);
  }

  private namesThePod(side: string): boolean {
    return (this.asked.get(side) ?? []).some(({ attribute, expression }) => {
      const own = this.bag.get(attribute);
      return own !== undefined && own !== '' && expression.evaluate(this.bag) === own;
    });
  }
}
