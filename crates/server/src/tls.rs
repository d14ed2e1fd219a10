//! The certificate, and TLS 1.3 only.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum_server::tls_rustls::RustlsConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, version};

use crate::config::Tls;

/// Reads the certificate and its key.
pub(crate) fn load(tls: &Tls) -> Result<RustlsConfig> {
    let certificates = CertificateDer::pem_file_iter(&tls.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read the certificate {}", tls.cert.display()))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .with_context(|| format!("cannot read the private key {}", tls.key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])
        .context("TLS 1.3 is missing")?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .context("certificate and private key do not belong together")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Idle connections are most of what a server holds: give their buffers back.
    config.send_tls13_tickets = 2;
    Ok(RustlsConfig::from_config(Arc::new(config)))
}
