//! TLS settings: TLS 1.3, the certificates that the operating system trusts, session resumption.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

/// Settings shared by every connection, so that sessions are resumed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tls(Arc<ClientConfig>);

impl Tls {
    /// Settings that trust what the operating system trusts.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn of_system() -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_platform_verifier()?
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// For the WebSocket.
    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.0)
    }
}
