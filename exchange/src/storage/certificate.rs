//! The certificate of a data folder, and the local authority that vouches for it: made once.
//!
//! The authority signs one certificate, then its key is gone: who trusts it trusts this exchange and nobody else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::storage::durable::{make_folder, replace_file};
use crate::storage::error::DataError;

/// Its folder in a data folder.
const FOLDER: &str = "tls";
/// What clients are to trust.
const AUTHORITY: &str = "ca.pem";
/// What the exchange shows.
const CERTIFICATE: &str = "certificate.pem";
/// What only the exchange knows.
const KEY: &str = "key.pem";
const PUBLIC_MODE: u32 = 0o644;
const PRIVATE_MODE: u32 = 0o600;

/// Hosts of the live venue: names that clients have built in, and that a machine's own list of hosts can lead here.
pub const VENUE_HOSTS: [&str; 14] = [
    "api.binance.com",
    "api1.binance.com",
    "api2.binance.com",
    "api3.binance.com",
    "api4.binance.com",
    "stream.binance.com",
    "ws-api.binance.com",
    "data-api.binance.vision",
    "data-stream.binance.vision",
    "api.binance.us",
    "stream.binance.us",
    "ws-api.binance.us",
    "testnet.binance.vision",
    "ws-api.testnet.binance.vision",
];
const LOCAL_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What TLS is spoken with.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate, as PEM.
    pub certificates: String,
    /// Its private key, as PEM.
    pub key: String,
    /// The file that clients are to trust.
    pub authority: PathBuf,
}

/// The certificate that the folder has; a new one, for `hosts` too, where it has none.
pub fn keep(root: &Path, hosts: &[String]) -> Result<Certificate, DataError> {
    let folder = root.join(FOLDER);
    let read = |name: &str| match fs::read_to_string(folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DataError::io(&folder.join(name), error)),
    };
    // The key is written last: a folder that has it has all.
    let (certificates, key) = match (read(CERTIFICATE)?, read(KEY)?) {
        (Some(certificates), Some(key)) => (certificates, key),
        (Some(_) | None, None) | (None, Some(_)) => make(&folder, hosts)?,
    };
    Ok(Certificate {
        certificates,
        key,
        authority: folder.join(AUTHORITY),
    })
}

fn make(folder: &Path, hosts: &[String]) -> Result<(String, String), DataError> {
    let failed = |error| DataError::io(folder, error);
    make_folder(folder).map_err(failed)?;
    let signed = sign(hosts).map_err(|error| failed(io::Error::other(error)))?;
    for (name, text, mode) in [
        (AUTHORITY, &signed.authority, PUBLIC_MODE),
        (CERTIFICATE, &signed.certificate, PUBLIC_MODE),
        (KEY, &signed.key, PRIVATE_MODE),
    ] {
        replace_file(&folder.join(name), text, mode).map_err(failed)?;
    }
    Ok((signed.certificate, signed.key))
}

struct Signed {
    authority: String,
    certificate: String,
    key: String,
}

fn sign(hosts: &[String]) -> Result<Signed, rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, "Rialto local authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let known = LOCAL_HOSTS.into_iter().chain(VENUE_HOSTS);
    let mut names: Vec<String> = known.map(str::to_owned).collect();
    names.extend(hosts.iter().cloned());
    let mut own = CertificateParams::new(names)?;
    own.distinguished_name
        .push(DnType::CommonName, "Rialto, an exchange on this machine");
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    own.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = own.signed_by(&key, &issuer)?;
    Ok(Signed {
        authority: authority_certificate.pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_keeps_its_certificate_and_two_folders_have_two() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

        let first = keep(one.path(), &[]).unwrap();

        let again = keep(one.path(), &["desk.example".to_owned()]).unwrap();
        assert_eq!(again.certificates, first.certificates);
        assert_eq!(again.key, first.key);
        let elsewhere = keep(other.path(), &[]).unwrap();
        assert_ne!(elsewhere.certificates, first.certificates);
    }

    #[test]
    fn the_private_key_is_its_owners_alone_and_the_authoritys_is_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let kept = keep(folder.path(), &[]).unwrap();

        let mode = |name: &str| {
            let path = folder.path().join(FOLDER).join(name);
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        };

        assert_eq!(mode(KEY), 0o600);
        assert_eq!(fs::read_dir(folder.path().join(FOLDER)).unwrap().count(), 3);
        let authority = fs::read_to_string(&kept.authority).unwrap();
        assert!(authority.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(!authority.contains("PRIVATE"));
        assert!(gateway::Tls::on(&kept.certificates, &kept.key).is_ok());
    }
}
