export { compileExpression, type Expression } from './compile.js';
export { formatDuration, parseDuration } from './duration.js';
export { equalitiesOf } from './equalities.js';
export { ExpressionError } from './errors.js';
export { canonicalIp } from './functions/ip.js';
export {
  type AttributeBag,
  Failure,
  isFailure,
  type StringMap,
  VALUE_TYPES,
  type Value,
  type ValueType,
} from './values.js';
export { extended, ISTIO_ATTRIBUTES, KUBERNETES_OUTPUTS, type Vocabulary, vocabularyOf } from './vocabulary.js';
