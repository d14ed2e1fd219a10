//! The address of a server, as a person types it.

use std::fmt;

use url::{Host, Url};

/// A server's address: TLS everywhere but on the machine itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
}

/// Why text is not the address of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a host name or address, with or without a port.
    #[error("type a server as name.example or name.example:port")]
    Form,
    /// Plain http to another machine.
    #[error("connections to other machines are always encrypted; leave out http://")]
    Plain,
}

impl Endpoint {
    /// Reads `host`, `host:port`, or the same with `https://` or (on this machine only) `http://`.
    /// Without a scheme, a loopback address means plain http and everything else https.
    ///
    /// # Errors
    /// Says what to type instead.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        if text.is_empty() || text.len() > 300 {
            return Err(EndpointError::Form);
        }
        let has_scheme = text.contains("://");
        let guess = if has_scheme {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let mut base = Url::parse(&guess).map_err(|_| EndpointError::Form)?;
        let is_bare = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
        if !is_bare || !base.username().is_empty() || base.password().is_some() {
            return Err(EndpointError::Form);
        }
        let is_loopback = is_loopback(&base.host().ok_or(EndpointError::Form)?);
        match base.scheme() {
            "https" if !has_scheme && is_loopback => {
                // Parsed again: the two schemes have different default ports.
                base = Url::parse(&format!("http://{text}")).map_err(|_| EndpointError::Form)?;
            }
            "https" => {}
            "http" if is_loopback => {}
            "http" => return Err(EndpointError::Plain),
            _ => return Err(EndpointError::Form),
        }
        Ok(Self { base })
    }

    /// Whether the connection is encrypted by TLS: always, except on this machine.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.base.scheme() == "https"
    }

    pub(crate) fn host(&self) -> &str {
        self.base
            .host_str()
            .unwrap_or_default()
            .trim_start_matches('[')
            .trim_end_matches(']')
    }

    pub(crate) fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or(443)
    }

    pub(crate) fn http(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    pub(crate) fn websocket(&self) -> String {
        let scheme = if self.is_tls() { "wss" } else { "ws" };
        let rest = self
            .base
            .as_str()
            .split_once("://")
            .map_or("", |(_, rest)| rest);
        format!("{scheme}://{}/v1/connect", rest.trim_end_matches('/'))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// As short as it can be typed, and read as the same address: TLS on this machine needs its scheme.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.base.as_str().trim_end_matches('/');
        if self.is_tls() && self.base.host().is_some_and(|host| is_loopback(&host)) {
            return f.write_str(text);
        }
        f.write_str(text.split_once("://").map_or(text, |(_, rest)| rest))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_understood() {
        for (text, socket) in [
            ("meadow.example", "wss://meadow.example/v1/connect"),
            (
                " https://meadow.example/ ",
                "wss://meadow.example/v1/connect",
            ),
            (
                "meadow.example:8443",
                "wss://meadow.example:8443/v1/connect",
            ),
            ("127.0.0.1:8080", "ws://127.0.0.1:8080/v1/connect"),
            ("localhost:443", "ws://localhost:443/v1/connect"),
            ("[::1]:9", "ws://[::1]:9/v1/connect"),
            ("https://localhost:9", "wss://localhost:9/v1/connect"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().websocket(), socket, "{text}");
        }
    }

    #[test]
    fn other_machines_are_never_reached_in_the_clear() {
        assert_eq!(
            Endpoint::parse("http://meadow.example").err(),
            Some(EndpointError::Plain)
        );
        assert_eq!(
            Endpoint::parse("http://192.168.1.7:80").err(),
            Some(EndpointError::Plain)
        );
    }

    #[test]
    fn what_is_shown_is_read_as_the_same_address() {
        for text in [
            "meadow.example:8443",
            "127.0.0.1:8080",
            "https://localhost:9",
            "https://[::1]",
        ] {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!(endpoint.to_string(), text);
            assert!(Endpoint::parse(&endpoint.to_string()) == Ok(endpoint));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "a b",
            "ftp://x",
            "meadow.example/path",
            "user:pw@meadow.example",
            "x:99999",
        ] {
            assert_eq!(
                Endpoint::parse(text).err(),
                Some(EndpointError::Form),
                "{text}"
            );
        }
    }
}
