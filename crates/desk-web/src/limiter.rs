//! The brake on public writes: a slot per client address, or per address that mail goes to, whose name is a keyed hash
//! that changes every day.

use desk_core::keys::Purpose;
use desk_core::limit::{Limits, Slot, Verdict};
use desk_core::sealed;
use desk_core::store_key::StoreKey;

use crate::desk::{Desk, decode, encode};
use crate::ports::Store;
use crate::problem::{Problem, RateLimit};
use crate::request::Request;

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

/// Reads the slot of the client that sent this request. One read. Whether the client may write, [`Brake::admit`] says:
/// only a new write needs to ask, for a retry of one that was accepted is answered as it was.
///
/// # Errors
/// A problem if the store fails.
pub async fn check<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    limit: Limit<'_>,
) -> Result<Brake, Problem> {
    // The last value: a client's own `spin-*` headers come before the host's.
    match request.headers.last(&desk.setup.client_address).as_deref().and_then(client) {
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
) -> Result<Brake, Problem> {
    let name = name(desk, who, today(desk));
    let key = StoreKey::new(["limit:", limit.area, ":", &name].concat())?;
    // A slot that cannot be read is an empty one: a brake must not become a lock.
    let slot: Slot = match desk.read_framed(&key).await {
        Ok(content) => content.and_then(|content| decode(&content)).unwrap_or_default(),
        Err(Problem::Internal(_)) => Slot::default(),
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
    /// [`Problem::TooManyRequests`] if the client has used what it may.
    pub fn admit(&self) -> Result<(), Problem> {
        match &self.slot {
            Some((_, verdict)) if !verdict.allowed => {
                Err(Problem::TooManyRequests(Box::new(RateLimit::from(verdict))))
            }
            _ => Ok(()),
        }
    }

    /// Counts the request. One write.
    ///
    /// # Errors
    /// A problem if the store fails.
    pub async fn count<S: Store>(&self, desk: &Desk<'_, S>) -> Result<(), Problem> {
        let Some((key, verdict)) = &self.slot else { return Ok(()) };
        let until = Some(verdict.expires(desk.now()));
        desk.write(key, &sealed::plain(until, &encode(&verdict.slot))).await
    }

    /// Counts, but where nothing was done that would.
    ///
    /// # Errors
    /// As for [`Brake::count`].
    pub async fn count_if<S: Store>(&self, desk: &Desk<'_, S>, done: bool) -> Result<(), Problem> {
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

    /// The `RateLimit` fields of the answer.
    pub fn fields(&self) -> RateLimit {
        self.slot.as_ref().map(|(_, verdict)| RateLimit::from(verdict)).unwrap_or_default()
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
    let bits = v6(address).or_else(|| Some(0xffff << 32 | u128::from(v4(address)?)))?;
    let is_v4 = bits >> 32 == 0xffff;
    Some(if is_v4 { bits } else { bits >> 64 << 64 }.to_be_bytes())
}

/// Reads an IPv4 address as the standard library does, whose reader of addresses takes 3 KB.
fn v4(text: &str) -> Option<u32> {
    let (mut bits, mut count) = (0, 0);
    for part in text.split('.') {
        let number: u8 = part.parse().ok()?;
        // No sign, and no zero before other digits, which some read as octal.
        if part.len() > 1 && !part.starts_with(|c: char| matches!(c, '1'..='9')) {
            return None;
        }
        bits = bits << 8 | u32::from(number);
        count += 1;
    }
    (count == 4).then_some(bits)
}

/// Reads an IPv6 address (RFC 4291 section 2.2), likewise.
fn v6(text: &str) -> Option<u128> {
    let gap = text.as_bytes().windows(2).position(|pair| pair == b"::");
    let (head, tail) = match gap {
        Some(gap) => (text.get(..gap)?, text.get(gap + 2..)?),
        None => ("", text),
    };
    let (head, tail) = (groups(head, false)?, groups(tail, true)?);
    let count = head.1 + tail.1;
    if count > 8 || (count < 8) != gap.is_some() {
        return None;
    }
    // A head of no groups would be shifted by all there is.
    Some(head.0.checked_shl(128 - 16 * head.1).unwrap_or(0) | tail.0)
}

/// Reads groups of hexadecimal digits, and how many there are. The last one may be an IPv4 address, which is two.
fn groups(text: &str, ends: bool) -> Option<(u128, u32)> {
    let (mut bits, mut count) = (0, 0);
    let mut parts = text.split(':').filter(|_| !text.is_empty()).peekable();
    while let Some(part) = parts.next() {
        let last = ends && parts.peek().is_none();
        if let Some(v4) = v4(part).filter(|_| last) {
            bits = bits << 32 | u128::from(v4);
            count += 2;
            continue;
        }
        let plain = (1..=4).contains(&part.len()) && !part.starts_with('+');
        bits = bits << 16 | u128::from(u16::from_str_radix(part, 16).ok().filter(|_| plain)?);
        count += 1;
        if count > 8 {
            return None;
        }
    }
    Some((bits, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

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

    proptest! {
        #[test]
        fn addresses_are_read_as_the_standard_library_reads_them(
            four: u32, six: u128, mask: u8, text in "[0-9a-fg:.+]{0,24}", few in "(:{0,2}[0-9a-f]{1,4}){0,9}:{0,2}",
            dotted in "([0-9]{1,3}\\.){3}[0-9]{1,3}", before in "(([0-9a-f]{1,3}:){0,6}:?)?",
        ) {
            let whole = six;
            // Runs of zeros, which are written as a gap.
            let zeroed = (0..8).filter(|at| mask >> at & 1 == 1).fold(six, |six, at| six & !(0xffff << (16 * at)));
            for six in [whole, zeroed] {
                prop_assert_eq!(v6(&Ipv6Addr::from(six).to_string()), Some(six));
            }
            prop_assert_eq!(v4(&Ipv4Addr::from(four).to_string()), Some(four));
            for text in [text, few, dotted.clone(), before + &dotted] {
                prop_assert_eq!(v4(&text), text.parse::<Ipv4Addr>().ok().map(u32::from), "{}", text);
                prop_assert_eq!(v6(&text), text.parse::<Ipv6Addr>().ok().map(u128::from), "{}", text);
            }
        }
    }
}
