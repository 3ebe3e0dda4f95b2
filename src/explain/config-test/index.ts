export { withOneGateway } from './any-gateway.js';
export { coveredPercent, junitXml, mergeReports, reportText } from './report.js';
export { runConfigTests } from './run.js';
export type { ConfigTest, TestReport } from './types.js';
