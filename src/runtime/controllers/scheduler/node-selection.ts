import type { NodeSelectorRequirement, NodeSelectorTerm } from 'kubernetes-types/core/v1.js';
import { matchesLabels, satisfies } from '../../../resources/labels/selector.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';

/** Whether the pod's node selector and required node affinity name this node. */
export function belongsOn({ spec }: PodObject, node: NodeObject): boolean {
  if (!matchesLabels(spec.nodeSelector, node.metadata.labels)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || matchesNodeTerms(terms, node);
}

/** One of them is enough. */
export function matchesNodeTerms(terms: readonly NodeSelectorTerm[], node: NodeObject): boolean {
  return terms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: NodeObject): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((each) => nodeSatisfies(each, metadata.labels?.[each.key])) &&
    matchFields.every((each) => nodeSatisfies(each, each.key === 'metadata.name' ? metadata.name : undefined))
  );
}

/** Nodes are also chosen by numbers. */
function nodeSatisfies(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const { operator, values = [] } = requirement;
  if (operator === 'Gt') return Number(value) > Number(values[0]);
  if (operator === 'Lt') return Number(value) < Number(values[0]);
  return satisfies(requirement, value);
}

/** The weights of the pod's preferred node affinity that this node fulfils. */
export function nodePreference({ spec }: PodObject, node: NodeObject): number {
  const terms = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
}
