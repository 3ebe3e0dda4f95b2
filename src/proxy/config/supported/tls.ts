import type { SupportedFields } from './fields.js';

/** TLS and secrets. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.core.v3.TransportSocket': 'name typed_config',
  'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport': 'config transport_socket',
  'envoy.config.core.v3.ProxyProtocolConfig': 'version pass_through_tlvs',
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': '',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext':
    'common_tls_context require_client_certificate require_sni disable_stateless_session_resumption ' +
    'disable_stateful_session_resumption session_timeout ocsp_staple_policy=LENIENT_STAPLING full_scan_certs_on_sni_mismatch',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': 'common_tls_context sni max_session_keys',
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext':
    'tls_params tls_certificates tls_certificate_sds_secret_configs validation_context validation_context_sds_secret_config ' +
    'combined_validation_context alpn_protocols',
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext':
    'default_validation_context validation_context_sds_secret_config',
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters':
    'tls_minimum_protocol_version tls_maximum_protocol_version cipher_suites ecdh_curves signature_algorithms',
  'envoy.extensions.transport_sockets.tls.v3.TlsCertificate':
    'certificate_chain private_key password watched_directory',
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext':
    'trusted_ca watched_directory verify_certificate_spki verify_certificate_hash match_typed_subject_alt_names ' +
    'match_subject_alt_names crl allow_expired_certificate trust_chain_verification',
  'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher': 'san_type=DNS|URI|EMAIL|IP_ADDRESS matcher',
  'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': 'name sds_config',
  'envoy.extensions.transport_sockets.tls.v3.Secret': 'name tls_certificate validation_context',
};
