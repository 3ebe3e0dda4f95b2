import { int32, kindSchema, object, string, stringMap } from '../schemas.js';

export const proxyConfigSchema = kindSchema(
  'ProxyConfig: how the proxies of some workloads run',
  object({
    selector: object({ matchLabels: stringMap }),
    concurrency: int32,
    environmentVariables: stringMap,
    image: object({ imageType: string }),
  }),
);
