//! `allowed_outbound_hosts`: which addresses a component may call.

use http::Uri;

use crate::manifest::{ManifestErrorKind, unsupported};

/// One entry, `scheme://host[:port]`, each part possibly a wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowedHost {
    scheme: Option<String>,
    host: HostPattern,
    ports: Ports,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// With the dot before it.
    Under(String),
    Exactly(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Ports {
    Any,
    Within(std::ops::Range<u32>),
}

/// Why an entry cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostEntryError {
    Malformed(String),
    Unsupported(String),
}

impl HostEntryError {
    /// The error as one of the manifest.
    pub(crate) fn in_component(self, component: &str) -> ManifestErrorKind {
        match self {
            Self::Malformed(reason) => {
                ManifestErrorKind::OutboundHost { component: component.to_owned(), reason }
            }
            Self::Unsupported(feature) => unsupported(&feature, Some(component)),
        }
    }
}

impl AllowedHost {
    pub(crate) fn parse(entry: &str) -> Result<Self, HostEntryError> {
        let malformed = |reason| HostEntryError::Malformed(format!("`{entry}` {reason}"));
        let Some((scheme, rest)) = entry.trim().split_once("://") else {
            return Err(malformed("has no scheme, such as https://"));
        };
        let any_scheme = scheme == "*";
        if !any_scheme && (scheme.is_empty() || !scheme.chars().all(char::is_alphabetic)) {
            return Err(malformed("has a scheme that is not letters alone"));
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // A colon inside of brackets belongs to an IPv6 address.
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (rest, ""),
        };
        let ports = Ports::parse(scheme, port).map_err(malformed)?;
        let host = host.to_ascii_lowercase();
        if let Some(feature) = unsupported_host(&host) {
            return Err(HostEntryError::Unsupported(feature.to_owned()));
        }
        let host = HostPattern::parse(host).map_err(malformed)?;
        Ok(Self { scheme: (!any_scheme).then(|| scheme.to_owned()), host, ports })
    }

    /// Whether the entry lets a request to `uri` pass.
    pub(crate) fn allows(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else { return false };
        let host = host.to_ascii_lowercase();
        let host_fits = match &self.host {
            HostPattern::Any => true,
            HostPattern::Under(domain) => host.ends_with(domain),
            HostPattern::Exactly(name) => host == *name,
        };
        let port = uri.port_u16().map(u32::from).or_else(|| default_port(scheme));
        let port_fits = match &self.ports {
            Ports::Any => true,
            Ports::Within(range) => port.is_some_and(|port| range.contains(&port)),
        };
        self.scheme.as_ref().is_none_or(|allowed| allowed == scheme) && host_fits && port_fits
    }
}

impl HostPattern {
    /// Reads a host in lower case.
    fn parse(host: String) -> Result<Self, &'static str> {
        match host.as_str() {
            "" => return Err("has no host"),
            "*" => return Ok(Self::Any),
            path if path.contains('/') => return Err("must not have a path"),
            _ => {}
        }
        match host.strip_prefix("*.") {
            Some(domain) if !domain.is_empty() && !domain.contains('*') => {
                Ok(Self::Under(format!(".{domain}")))
            }
            _ if host.contains('*') => Err("may have a wildcard only as *. at its start"),
            _ => Ok(Self::Exactly(host)),
        }
    }
}

impl Ports {
    /// Reads what stands behind the colon; nothing is the port of the scheme.
    fn parse(scheme: &str, text: &str) -> Result<Self, &'static str> {
        let number = |text| number(text).ok_or("has a port that is no number");
        let range = match (text, text.split_once("..")) {
            ("*", _) => return Ok(Self::Any),
            ("", _) => {
                let port = default_port(scheme)
                    .ok_or("needs a port, for its scheme has none by itself")?;
                port..port + 1
            }
            (_, Some((from, to))) => number(from)?..number(to)?,
            (text, None) => {
                let port = number(text)?;
                port..port + 1
            }
        };
        Ok(Self::Within(range))
    }
}

/// What Spin makes of a host in lower case that this host cannot.
fn unsupported_host(host: &str) -> Option<&'static str> {
    match host {
        "self" | "self.alt" => Some("self requests"),
        chained if format!(".{chained}").ends_with(".spin.internal") => {
            Some("local service chaining")
        }
        range if range.contains('/') && range.starts_with(|c: char| c.is_ascii_digit()) => {
            Some("address ranges of hosts")
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse::<u16>().ok().map(u32::from)
}

fn default_port(scheme: &str) -> Option<u32> {
    Some(match scheme {
        "http" => 80,
        "https" => 443,
        "redis" => 6379,
        "mysql" => 3306,
        "postgres" => 5432,
        "mqtt" => 1883,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entry: &str, uri: &str) -> bool {
        AllowedHost::parse(entry).unwrap().allows(&uri.parse().unwrap())
    }

    #[test]
    fn scheme_host_and_port_must_fit() {
        assert!(allows("https://mail.example", "https://mail.example/send"));
        assert!(allows("https://mail.example/", "https://MAIL.example:443/"));
        assert!(!allows("https://mail.example", "http://mail.example/"));
        assert!(!allows("https://mail.example", "https://mail.example:8443/"));
        assert!(!allows("https://mail.example", "https://evil.mail.example/"));
        assert!(allows("http://127.0.0.1:3000", "http://127.0.0.1:3000/"));
        assert!(allows("http://[::1]:3000", "http://[::1]:3000/"));
    }

    #[test]
    fn wildcards_stand_for_one_part() {
        assert!(allows("*://mail.example:*", "http://mail.example:99/"));
        assert!(allows("https://*.example", "https://a.b.example/"));
        assert!(!allows("https://*.example", "https://example/"));
        assert!(!allows("https://*.example", "https://badexample/"));
        assert!(allows("*://*:*", "http://anything:1/"));
        assert!(allows("http://h:80..82", "http://h:81/"));
        assert!(!allows("http://h:80..82", "http://h:82/"));
    }

    #[test]
    fn odd_entries_are_refused() {
        for bad in [
            "",
            "*",
            "mail.example",
            "https://a/path",
            "https://a.*",
            "x1://a:1",
            "ftp://a",
            "https://a:99999",
            "https://",
        ] {
            let error = AllowedHost::parse(bad).unwrap_err();
            assert!(matches!(error, HostEntryError::Malformed(_)), "{bad}");
        }
        for lacking in [
            "http://self",
            "http://a.spin.internal",
            "http://*.spin.internal",
            "http://10.0.0.0/8:80",
        ] {
            let error = AllowedHost::parse(lacking).unwrap_err();
            assert!(matches!(error, HostEntryError::Unsupported(_)), "{lacking}");
        }
    }
}
