import { boolean, int32, mapOf, oneOf, string } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

const STREAMS = ['STDOUT', 'STDERR', 'FILE', 'ROTATED_FILE'] as const;
const LEVELS = ['INFO', 'WARNING', 'ERROR'] as const;
export const FLUENTD_ADDRESS = 'localhost:24224';

export interface StdioSpec {
  logStream?: (typeof STREAMS)[number];
  severityLevels?: Record<string, (typeof LEVELS)[number]>;
  metricLevel?: (typeof LEVELS)[number];
  outputAsJson?: boolean;
  outputLevel?: (typeof LEVELS)[number];
}

export const stdio = policyKind<StdioSpec>({
  kind: 'stdio',
  plural: 'stdios',
  description: 'stdio (Istio 0.7): writes log entries and metrics as lines',
  spec: message({
    logStream: oneOf(...STREAMS),
    severityLevels: mapOf(oneOf(...LEVELS)),
    metricLevel: oneOf(...LEVELS),
    outputAsJson: boolean,
    outputLevel: oneOf(...LEVELS),
    outputPath: string,
    maxMegabytesBeforeRotation: int32,
    maxDaysBeforeRotation: int32,
    maxRotatedFiles: int32,
  }),
});

export interface FluentdSpec {
  address?: string;
}

export const fluentd = policyKind<FluentdSpec>({
  kind: 'fluentd',
  plural: 'fluentds',
  description: 'fluentd (Istio 0.7): sends log entries to a fluentd',
  spec: message({ address: string }),
  validate: (errors, { address }) => {
    if (address === undefined || /^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):\d{1,5}$/.test(address)) return;
    errors.invalid('spec.address', address, 'must be host:port, for example fluentd:24224');
  },
});
