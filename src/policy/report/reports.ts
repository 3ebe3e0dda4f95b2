import { type AttributeBag, compileExpression, Failure, type Vocabulary } from '../../expr/index.js';
import type { HandlerConfig, InstanceConfig, LogLevel, PrometheusMetric, StdioConfig } from '../config.js';
import type { PolicyEnvironment } from '../environment.js';
import { compileValues, type TypedValue } from '../instances.js';
import { stringify } from '../stringify.js';
import { fluentdRecord } from './fluentd.js';
import { formatEntry, isWritten } from './stdio.js';

/** Sends one instance to one handler. The result says why it could not be made. */
export type Report = (bag: AttributeBag) => Failure | undefined;

type Metric = Extract<InstanceConfig, { template: 'metric' }>;
type LogEntry = Extract<InstanceConfig, { template: 'logentry' }>;

/** Undefined where the handler takes no such reports. @throws ExpressionError */
export function compileReport(
  handler: HandlerConfig,
  instance: InstanceConfig,
  name: string,
  vocabulary: Vocabulary,
  environment: PolicyEnvironment,
): Report | undefined {
  if (instance.template === 'metric') return compileMetric(handler, instance, name, vocabulary, environment);
  if (instance.template === 'logentry') return compileLogEntry(handler, instance, name, vocabulary, environment);
  return undefined;
}

function compileMetric(
  handler: HandlerConfig,
  instance: Metric,
  name: string,
  vocabulary: Vocabulary,
  environment: PolicyEnvironment,
): Report | undefined {
  const value = compileExpression(instance.value, vocabulary);
  const dimensions = compileValues(instance.dimensions, vocabulary);
  const send = metricSender(handler, name, environment);
  if (send === undefined) return undefined;
  return (bag) => {
    const result = value.evaluate(bag);
    if (result instanceof Failure) return result;
    const labels = dimensions(bag);
    return labels instanceof Failure ? labels : send({ type: value.type, value: result }, labels);
  };
}

type SendMetric = (value: TypedValue, dimensions: ReadonlyMap<string, TypedValue>) => Failure | undefined;

function metricSender(handler: HandlerConfig, name: string, environment: PolicyEnvironment): SendMetric | undefined {
  if (handler.adapter === 'stdio') {
    return (value, dimensions) => {
      const fields = new Map([['value', value], ...dimensions]);
      writeEntry(environment, handler, name, handler.metricLevel, environment.clock.now(), fields);
      return undefined;
    };
  }
  if (handler.adapter !== 'prometheus') return undefined;
  const metrics = handler.metrics.filter(({ instanceName }) => instanceName === name);
  return (value, dimensions) => {
    const number = numberOf(value);
    if (Number.isNaN(number)) return new Failure(`could not get value for metric ${name}: it is no number`);
    for (const metric of metrics) environment.metrics.record(metric, labelsOf(metric, dimensions), number);
    return metrics.length > 0 ? undefined : new Failure(`could not find metric info from adapter config for ${name}`);
  };
}

function labelsOf({ labelNames }: PrometheusMetric, dimensions: ReadonlyMap<string, TypedValue>): string[] {
  return labelNames.map((label) => {
    const dimension = dimensions.get(label);
    return dimension === undefined ? '' : stringify(dimension.value, dimension.type);
  });
}

/** Durations are seconds, and texts are read. */
function numberOf({ type, value }: TypedValue): number {
  if (type === 'DURATION') return (value as number) / 1_000;
  if (type === 'INT64' || type === 'DOUBLE') return value as number;
  return type === 'STRING' && (value as string).trim() !== '' ? Number(value) : Number.NaN;
}

function compileLogEntry(
  handler: HandlerConfig,
  instance: LogEntry,
  name: string,
  vocabulary: Vocabulary,
  environment: PolicyEnvironment,
): Report | undefined {
  const severity = compileExpression(instance.severity === '' ? '""' : instance.severity, vocabulary, 'STRING');
  const time = instance.timestamp === '' ? undefined : compileExpression(instance.timestamp, vocabulary, 'TIMESTAMP');
  const variables = compileValues(instance.variables, vocabulary);
  if (handler.adapter !== 'stdio' && handler.adapter !== 'fluentd') return undefined;
  return (bag) => {
    const level = severity.evaluate(bag);
    if (level instanceof Failure) return level;
    const time_ms = time === undefined ? environment.clock.now() : time.evaluate(bag);
    if (time_ms instanceof Failure) return time_ms;
    const values = variables(bag);
    if (values instanceof Failure) return values;
    if (handler.adapter === 'fluentd') {
      const { tag, record } = fluentdRecord(name, level as string, values);
      environment.logs.forward(handler.address, tag, time_ms as number, record);
    } else {
      const mapped = handler.severityLevels[level as string] ?? 'INFO';
      writeEntry(environment, handler, name, mapped, time_ms as number, values);
    }
    return undefined;
  };
}

function writeEntry(
  { logs }: PolicyEnvironment,
  handler: StdioConfig,
  instance: string,
  level: LogLevel,
  time_ms: number,
  fields: ReadonlyMap<string, TypedValue>,
): void {
  if (isWritten(handler, level)) logs.write(handler, formatEntry(handler, { instance, level, time_ms, fields }));
}
