//! Ends TLS before a sink that has none, under an authority of its own.

use std::{error::Error, net::Ipv4Addr, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
use tokio::{
    io::copy_bidirectional_with_sizes,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

/// Octets copied at once: more than a mail.
const PIECE: usize = 64 * 1024;

/// A certificate for `localhost`, and whom to trust for it.
pub(crate) struct Authority {
    pem: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    /// Makes both anew.
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let mut issuer = CertificateParams::new(Vec::new())?;
        issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL takes a certificate for self-signed whose issuer has its own name.
        issuer.distinguished_name.push(DnType::CommonName, "Roomkey bench CA");
        let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let leaf =
            CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?.signed_by(&key, &issuer)?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der())?)?;
        Ok(Self { pem: issuer.pem(), config: Arc::new(config) })
    }

    /// The authority's certificate.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// Carries connections to `target` until the process is ended.
    pub(crate) fn serve(self, listener: std::net::TcpListener, target: u16) -> Result<(), Box<dyn Error>> {
        let acceptor = TlsAcceptor::from(self.config);
        Runtime::new()?.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (client, _) = listener.accept().await?;
                tokio::spawn(carry(acceptor.clone(), client, target));
            }
        })
    }
}

async fn carry(acceptor: TlsAcceptor, client: TcpStream, target: u16) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut client = acceptor.accept(client).await?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
    server.set_nodelay(true)?;
    copy_bidirectional_with_sizes(&mut client, &mut server, PIECE, PIECE).await.map(drop)
}
