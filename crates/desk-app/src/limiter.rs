//! The brake on public writes: a slot per client address, or per address that mail goes to, whose name is a keyed hash
//! that changes every day.

use std::net::IpAddr;

use desk_core::keys::Purpose;
use desk_core::limit::{Limits, Slot, Verdict};
use desk_core::sealed;
use desk_core::store_key::StoreKey;

use crate::desk::{Desk, decode, encode};
use crate::ports::Store;
use desk_core::fault::Fault;

/// Where one client stands, and where that is to be written.
#[derive(Debug)]
pub struct Brake {
    /// `None` where the host gave no address: a brake that cannot tell clients apart would stop everybody.
    slot: Option<(StoreKey, Verdict)>,
}

/// What is limited, and how often it may be done.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    /// The word for it in store keys.
    pub area: &'static str,
    /// How often.
    pub limits: &'a Limits,
}

/// Reads the slot of the client with this address, as the configured header has it. One read. Whether the client may write, [`Brake::admit`] says:
/// only a new write needs to ask, for a retry of one that was accepted is answered as it was.
///
/// # Errors
/// A problem if the store fails.
pub async fn check<S: Store>(
    desk: &Desk<'_, S>,
    address: Option<&str>,
    limit: Limit<'_>,
) -> Result<Brake, Fault> {
    match address.and_then(client) {
        Some(address) => check_for(desk, &address, limit).await,
        None => Ok(Brake { slot: None }),
    }
}

/// Reads the slot of whoever these bytes stand for. One read.
///
/// # Errors
/// A problem if the store fails.
pub async fn check_for<S: Store>(
    desk: &Desk<'_, S>,
    who: &[u8; 16],
    limit: Limit<'_>,
) -> Result<Brake, Fault> {
    let name = name(desk, who, today(desk));
    let key = StoreKey::new(["limit:", limit.area, ":", &name].concat())?;
    // A slot that cannot be read is an empty one: a brake must not become a lock.
    let slot: Slot = match desk.read_framed(&key).await {
        Ok(content) => content.and_then(|content| decode(&content)).unwrap_or_default(),
        Err(Fault::Internal(_)) => Slot::default(),
        Err(problem) => return Err(problem),
    };
    let verdict = limit.limits.decide(&slot, desk.now());
    Ok(Brake { slot: Some((key, verdict)) })
}

/// The names that the slots of whoever these bytes stand for have today and had yesterday, for an erasure.
pub fn names<S>(desk: &Desk<'_, S>, who: &[u8; 16]) -> [String; 2] {
    let today = today(desk);
    [today, today - 1].map(|day| name(desk, who, day))
}

fn today<S>(desk: &Desk<'_, S>) -> i64 {
    desk.now().seconds().div_euclid(86_400)
}

/// The day is part of the name, so that nobody can follow a client from one day to the next.
fn name<S>(desk: &Desk<'_, S>, who: &[u8; 16], day: i64) -> String {
    desk.setup.keys.blind_numbered(Purpose::Limit, who, day)
}

impl Brake {
    /// Lets one more write through.
    ///
    /// # Errors
    /// [`Fault::TooManyRequests`] if the client has used what it may.
    pub fn admit(&self) -> Result<(), Fault> {
        match &self.slot {
            Some((_, verdict)) if !verdict.allowed => {
                Err(Fault::TooManyRequests(Box::new(verdict.clone())))
            }
            _ => Ok(()),
        }
    }

    /// Counts the request. One write.
    ///
    /// # Errors
    /// A problem if the store fails.
    pub async fn count<S: Store>(&self, desk: &Desk<'_, S>) -> Result<(), Fault> {
        let Some((key, verdict)) = &self.slot else { return Ok(()) };
        let until = Some(verdict.expires(desk.now()));
        desk.write(key, &sealed::plain(until, &encode(&verdict.slot))).await
    }

    /// Counts, but where nothing was done that would.
    ///
    /// # Errors
    /// As for [`Brake::count`].
    pub async fn count_if<S: Store>(&self, desk: &Desk<'_, S>, done: bool) -> Result<(), Fault> {
        if done { self.count(desk).await } else { Ok(()) }
    }

    /// This brake for an answer to which nothing was written: the `RateLimit` fields do not count it.
    #[must_use]
    pub fn released(mut self) -> Self {
        if let Some((_, verdict)) = &mut self.slot
            && verdict.allowed
        {
            for standing in &mut verdict.standings {
                standing.remaining = standing.remaining.saturating_add(1);
            }
        }
        self
    }

    /// Where the client stands; `None` where the host gave no address.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.slot.as_ref().map(|(_, verdict)| verdict)
    }
}

/// The address that counts as one client: an IPv4 address, or the /64 of an IPv6 address, for that is what one
/// connection is given. The header may hold a port beside it, as Spin's does.
fn client(value: &str) -> Option<[u8; 16]> {
    // Two lines of a header and one with a comma mean the same, and proxies that name whom they speak for write the latter.
    let value = value.rsplit(',').next().unwrap_or_default().trim();
    let address = match value.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => match value.split_once(':') {
            Some((address, port)) if !port.contains(':') => address,
            _ => value,
        },
    };
    let bits = match address.parse().ok()? {
        IpAddr::V4(address) => return Some(address.to_ipv6_mapped().octets()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let is_mapped = bits >> 32 == 0xffff;
    Some(if is_mapped { bits } else { bits >> 64 << 64 }.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_is_one_client() {
        let same = |a: &str, b: &str| client(a).is_some() && client(a) == client(b);
        assert!(same("203.0.113.7:4711", "203.0.113.7"));
        assert!(same("[2001:db8:1:2::9]:80", "2001:db8:1:2:ffff::1"));
        assert!(same("::ffff:203.0.113.7", "203.0.113.7"));
        assert!(same("198.51.100.1, 203.0.113.7", "203.0.113.7"));
        assert!(!same("203.0.113.7", "203.0.113.8"));
        assert!(!same("2001:db8:1:2::9", "2001:db8:1:3::9"));
        for text in ["", "localhost", "203.0.113.7,", "203.0.113.777"] {
            assert_eq!(client(text), None, "{text}");
        }
    }
}
