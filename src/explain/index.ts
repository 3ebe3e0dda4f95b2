export { callerNames, callerOf, INGRESS } from './callers.js';
export { type ExplainInput, explain } from './explain.js';
export type { RequestSpec } from './request.js';
export { type Hop, hopsOf, storyText } from './request-story.js';
export type { Locate } from './route-trials.js';
export { explanationText } from './text.js';
export type { DestinationOutcome, Explanation, Origin, Outcome } from './types.js';
export { workloadsByAddress } from './workload-names.js';
