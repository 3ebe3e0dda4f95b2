import type { SupportedFields } from './fields.js';

/** The bootstrap file. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.bootstrap.v3.Bootstrap': 'node static_resources admin',
  'envoy.config.bootstrap.v3.Bootstrap.StaticResources': 'listeners clusters',
  'envoy.config.bootstrap.v3.Admin': 'address',
  'envoy.config.core.v3.Node': 'id cluster metadata locality',
  'envoy.config.core.v3.Locality': 'region zone sub_zone',
};

/** Accepted without effect here. */
export const INERT: SupportedFields = {
  'envoy.config.core.v3.Node': 'user_agent_name user_agent_version',
};
