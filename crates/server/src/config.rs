//! What whoever runs a server chooses: by a file (TOML), by flags, or both (a flag wins).
//!
//! A key that is not known is an error that names it, so that a typing error does not become a silent
//! default.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use pipit_gateway::Limits;
use serde::Deserialize;

/// A configuration larger than this is not one.
const FILE_LEN_MAX: u64 = 64 * 1024;
/// Where a server listens when nobody says: this computer only.
const LISTEN: &str = "127.0.0.1:7460";
/// The name of a server on this computer.
const LOCAL_NAME: &str = "localhost";
/// Longest name of a host (RFC 1035).
const NAME_LEN_MAX: usize = 253;

/// Flags of `pipit-server`.
#[derive(Debug, Default, Parser)]
#[command(
    name = "pipit-server",
    version,
    about = "The Pipit server: accounts, devices and mailboxes for end-to-end encrypted conversations.",
    after_help = "For a try on this computer: pipit-server --data ./pipit-data\n\
                  For others to reach it: --listen 0.0.0.0:443 --name chat.example.org --tls-cert FILE --tls-key FILE"
)]
pub struct Arguments {
    /// Configuration file (TOML); flags win over it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the database; made when missing
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where clients connect [default: 127.0.0.1:7460]; port 0 lets the system choose
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where Prometheus asks for /metrics; off when not given
    #[arg(long, value_name = "ADDR:PORT")]
    pub metrics: Option<SocketAddr>,
    /// Host name by which clients reach this server [default on this computer: localhost]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Whether new accounts may be made
    #[arg(long, value_name = "open|closed")]
    pub registration: Option<Registration>,
}

/// Whether new accounts may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody may.
    #[default]
    Open,
    /// Nobody may.
    Closed,
}

/// Files of the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain (PEM).
    pub cert: PathBuf,
    /// Private key (PEM).
    pub key: PathBuf,
}

/// The file as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    metrics: Option<SocketAddr>,
    name: Option<String>,
    registration: Option<Registration>,
    tls: Option<Tls>,
    #[serde(default)]
    limits: LimitsFile,
}

/// Rates as written; see [`Limits`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    connects_per_second: Option<u32>,
    frames_per_second: Option<u32>,
    sign_ups_per_minute: Option<u32>,
    requests_per_second: Option<u32>,
}

/// A checked configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Folder of the database.
    pub data: PathBuf,
    /// Where clients connect.
    pub listen: SocketAddr,
    /// Where Prometheus asks.
    pub metrics: Option<SocketAddr>,
    /// Host name by which clients reach this server.
    pub name: String,
    /// Whether new accounts may be made.
    pub registration: Registration,
    /// The certificate; always there unless `listen` is this computer only.
    pub tls: Option<Tls>,
    /// Rates.
    pub limits: Limits,
}

/// What is wrong with a configuration, and what to write instead.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file is no configuration.
    #[error("{path}: {error}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and what.
        error: Box<toml::de::Error>,
    },
    /// No folder is given.
    #[error("say where to keep the data: --data DIR (or data = \"DIR\" in the file)")]
    NoData,
    /// Others could connect without encryption.
    #[error(
        "{0} can be reached from other computers, so TLS is needed: give --tls-cert and --tls-key, \
         or listen on 127.0.0.1 only"
    )]
    TlsNeeded(SocketAddr),
    /// Clients need a name to sign their tokens for.
    #[error("say by which name clients reach this server: --name chat.example.org")]
    NoName,
    /// The name can't be one.
    #[error("{0:?} is not a host name: use letters, digits, dots and dashes")]
    BadName(String),
    /// A rate of nothing would let nobody in.
    #[error("the limit {0} must be 1 or more")]
    ZeroLimit(&'static str),
}

impl ConfigFile {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// Names the line and the key that is wrong or not known.
    pub fn parse(text: &str) -> Result<Self, Box<toml::de::Error>> {
        toml::from_str(text).map_err(Box::new)
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let failed = |error| ConfigError::Read {
            path: path.to_owned(),
            error,
        };
        let len = fs::metadata(path).map_err(failed)?.len();
        if len > FILE_LEN_MAX {
            return Err(failed(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is larger than 64 KiB",
            )));
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        Self::parse(&text).map_err(|error| ConfigError::Parse {
            path: path.to_owned(),
            error,
        })
    }
}

impl Arguments {
    /// Joins flags and file, and checks the whole.
    ///
    /// # Errors
    /// Says what to change.
    pub fn into_config(self) -> Result<Config, ConfigError> {
        let file = match &self.config {
            Some(path) => ConfigFile::read(path)?,
            None => ConfigFile::default(),
        };
        self.join(file)
    }

    /// Joins flags and a file already read, and checks the whole.
    ///
    /// # Errors
    /// Says what to change.
    pub fn join(self, file: ConfigFile) -> Result<Config, ConfigError> {
        let default_listen = || LISTEN.parse().expect("the default address is one");
        let listen = self.listen.or(file.listen).unwrap_or_else(default_listen);
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some(Tls { cert, key }),
            _ => file.tls,
        };
        let is_local = listen.ip().is_loopback();
        if tls.is_none() && !is_local {
            return Err(ConfigError::TlsNeeded(listen));
        }
        let name = match self.name.or(file.name) {
            Some(name) => checked_name(name)?,
            None if is_local => LOCAL_NAME.to_owned(),
            None => return Err(ConfigError::NoName),
        };
        Ok(Config {
            data: self.data.or(file.data).ok_or(ConfigError::NoData)?,
            listen,
            metrics: self.metrics.or(file.metrics),
            name,
            registration: self.registration.or(file.registration).unwrap_or_default(),
            tls,
            limits: file.limits.checked()?,
        })
    }
}

impl LimitsFile {
    fn checked(&self) -> Result<Limits, ConfigError> {
        let or = |value: Option<u32>, default: u32, name: &'static str| match value {
            Some(0) => Err(ConfigError::ZeroLimit(name)),
            Some(value) => Ok(value),
            None => Ok(default),
        };
        let Limits {
            connects_per_second,
            frames_per_second,
            sign_ups_per_minute,
            requests_per_second,
        } = Limits::default();
        Ok(Limits {
            connects_per_second: or(
                self.connects_per_second,
                connects_per_second,
                "connects_per_second",
            )?,
            frames_per_second: or(
                self.frames_per_second,
                frames_per_second,
                "frames_per_second",
            )?,
            sign_ups_per_minute: or(
                self.sign_ups_per_minute,
                sign_ups_per_minute,
                "sign_ups_per_minute",
            )?,
            requests_per_second: or(
                self.requests_per_second,
                requests_per_second,
                "requests_per_second",
            )?,
        })
    }
}

fn checked_name(name: String) -> Result<String, ConfigError> {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    if name.len() <= NAME_LEN_MAX && name.split('.').all(is_part) {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(ConfigError::BadName(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(flags: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["pipit-server"], flags].concat()).unwrap()
    }

    fn join(given: &[&str], file: &str) -> Result<Config, String> {
        let file = ConfigFile::parse(file).map_err(|error| error.to_string())?;
        flags(given).join(file).map_err(|error| error.to_string())
    }

    #[test]
    fn a_folder_is_enough_for_a_try() {
        let config = join(&["--data", "d"], "").unwrap();
        assert_eq!(config.listen, LISTEN.parse().unwrap());
        assert_eq!(
            (&config.name[..], config.registration),
            ("localhost", Registration::Open)
        );
        assert_eq!((config.tls, config.metrics), (None, None));
    }

    #[test]
    fn a_file_gives_everything_and_flags_win() {
        let file = r#"
            data = "/var/lib/pipit"
            listen = "0.0.0.0:443"
            metrics = "127.0.0.1:9464"
            name = "Chat.Example.org"
            registration = "closed"
            [tls]
            cert = "cert.pem"
            key = "key.pem"
            [limits]
            frames_per_second = 7
        "#;
        let config = join(&["--registration", "open", "--listen", "[::]:444"], file).unwrap();
        assert_eq!(config.listen, "[::]:444".parse().unwrap());
        assert_eq!(
            (&config.name[..], config.registration),
            ("chat.example.org", Registration::Open)
        );
        assert_eq!(config.tls.unwrap().key, Path::new("key.pem"));
        assert_eq!(
            config.limits,
            Limits {
                frames_per_second: 7,
                ..Limits::default()
            }
        );
    }

    #[test]
    fn errors_name_the_key_or_the_flag() {
        for (given, file, word) in [
            (&[][..], "", "--data"),
            (&["--data", "d"], "datta = 1", "datta"),
            (&["--data", "d"], "[limits]\nframes = 1", "frames"),
            (
                &["--data", "d"],
                "[limits]\nframes_per_second = 0",
                "frames_per_second",
            ),
            (&["--data", "d"], "listen = \"nowhere\"", "listen"),
            (&["--data", "d"], "listen = ", "listen"),
            (&["--data", "d", "--listen", "0.0.0.0:1"], "", "--tls-cert"),
            (&["--data", "d", "--name", "a b"], "", "host name"),
            (
                &[
                    "--data",
                    "d",
                    "--listen",
                    "0.0.0.0:1",
                    "--tls-cert",
                    "a",
                    "--tls-key",
                    "b",
                ],
                "",
                "--name",
            ),
        ] {
            let error = join(given, file).unwrap_err();
            assert!(error.contains(word), "{file:?} {given:?}: {error}");
        }
    }

    #[test]
    fn a_missing_and_a_huge_file_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipit.toml");
        let open = || {
            Arguments {
                config: Some(path.clone()),
                ..Arguments::default()
            }
            .into_config()
        };
        assert!(open().unwrap_err().to_string().contains("pipit.toml"));
        fs::write(&path, " ".repeat(FILE_LEN_MAX as usize + 1)).unwrap();
        assert!(open().unwrap_err().to_string().contains("64 KiB"));
    }
}
