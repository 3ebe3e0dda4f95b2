import { TYPE_URL } from '../../../xds/server/source.js';

const SHORT: Readonly<Record<string, string>> = {
  [TYPE_URL.cluster]: 'CDS',
  [TYPE_URL.listener]: 'LDS',
  [TYPE_URL.endpoint]: 'EDS',
  [TYPE_URL.route]: 'RDS',
  [TYPE_URL.secret]: 'SDS',
  'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig': 'ECDS',
};

/** `CDS` */
export function shortType(typeUrl: string): string {
  return SHORT[typeUrl] ?? typeUrl.slice(typeUrl.lastIndexOf('.') + 1);
}

/** `cart-7c9d.shop` of `sidecar~10.0.0.1~cart-7c9d.shop~…`; the whole id where it has no such part. */
export function proxyName(id: string): string {
  return id.split('~')[2] || id;
}
