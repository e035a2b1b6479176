//! The brake on public writes: a slot per client address, or per address that mail goes to, whose name is a keyed hash
//! that changes every day.

use std::net::IpAddr;
use std::time::Duration;

use desk_core::email::EmailAddress;
use desk_core::keys::Purpose;
use desk_core::limit::{Limits, Slot, Verdict};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;

use crate::desk::Desk;
use crate::ports::{Afterwards, Store};
use desk_core::fault::Fault;

/// Where one client stands, and where that is to be written.
#[derive(Debug)]
pub struct Brake {
    key: StoreKey,
    limits: Limits,
    /// What the store knew when the request came.
    stored: Slot,
    verdict: Box<Verdict>,
}

/// What is limited, and how often it may be done.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    /// The word for it in store keys.
    pub area: &'static str,
    /// How often.
    pub limits: &'a Limits,
}

/// What the slot is called of all clients whose address nobody knows.
const UNKNOWN: [u8; 16] = [0; 16];
/// How many times the limit they have together.
const UNKNOWN_FACTOR: u32 = 10;

/// Reads the slot of the client with this address, as the configured header has it. One read. Whether the client may write, [`Brake::admit`] says:
/// only a new write needs to ask, for a retry of one that was accepted is answered as it was.
///
/// Those without an address that can be read share one slot with ten times the limit: else whoever hides theirs would have
/// none, and a proxy that is configured wrongly would stop everybody.
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
        None => {
            desk.instance.counters.note_missing_address();
            let limits = &limit.limits.times(UNKNOWN_FACTOR);
            check_for(desk, &UNKNOWN, Limit { limits, ..limit }).await
        }
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
    let name = name(desk, who, desk.now());
    let key = StoreKey::new(["limit:", limit.area, ":", &name].concat())?;
    // A slot that cannot be read is an empty one: a brake must not become a lock.
    let stored: Slot = match desk.read_sealed(&key).await {
        Ok(slot) => slot.unwrap_or_default(),
        Err(Fault::Internal(_)) => Slot::default(),
        Err(problem) => return Err(problem),
    };
    let counters = &desk.instance.counters;
    let known = counters.known(&key, &stored);
    let verdict = limit.limits.decide(&known, counters.own(&desk.moment), desk.now());
    Ok(Brake { key, limits: limit.limits.clone(), stored, verdict: Box::new(verdict) })
}

/// The names that the slots of whoever these bytes stand for have today and had yesterday, for an erasure.
pub fn names<S>(desk: &Desk<'_, S>, who: &[u8; 16]) -> [String; 2] {
    [desk.now(), desk.now().plus_seconds(-86_400)].map(|at| name(desk, who, at))
}

/// What whoever these bytes stand for is called in keys on the day of an instant. The day is part of the name, so that nobody
/// can follow a client from one day to the next.
pub(crate) fn name<S>(desk: &Desk<'_, S>, who: &[u8; 16], at: Timestamp) -> String {
    desk.setup.keys.blind_numbered(Purpose::Limit, who, at.seconds().div_euclid(86_400))
}

/// Whom the mails to an address count for: the mailbox that they arrive in.
pub fn mailbox<S>(desk: &Desk<'_, S>, address: &EmailAddress) -> [u8; 16] {
    desk.setup.keys.subject(&address.mailbox()).to_bytes()
}

impl Brake {
    /// Lets one more write through, and counts it in this instance at once, so that those which come side by side see it.
    ///
    /// # Errors
    /// [`Fault::TooManyRequests`] if the client has used what it may.
    pub fn admit<S>(&self, desk: &Desk<'_, S>) -> Result<(), Fault> {
        let counters = &desk.instance.counters;
        let known = counters.known(&self.key, &self.stored);
        let verdict = self.limits.decide(&known, counters.own(&desk.moment), desk.now());
        if !verdict.allowed {
            return Err(Fault::TooManyRequests(Box::new(verdict)));
        }
        counters.keep(&self.key, verdict.slot);
        Ok(())
    }

    /// Writes down what was counted. One write.
    ///
    /// # Errors
    /// A problem if the store fails.
    pub async fn count<S: Store>(&self, desk: &Desk<'_, S>) -> Result<(), Fault> {
        let counters = &desk.instance.counters;
        let slot = counters.known(&self.key, &self.stored);
        let until = self.verdict.expires(desk.now());
        desk.write_sealed(&self.key, Some(until), &slot).await?;
        counters.expect_overwritten(&self.key, until);
        Ok(())
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
        if self.verdict.allowed {
            for standing in &mut self.verdict.standings {
                standing.remaining = standing.remaining.saturating_add(1);
            }
        }
        self
    }

    /// Where the client stands.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// Looks once more at the slots that others may have written over, and writes again what is missing there: behind the answer,
/// so that the next one is judged by all that was counted.
pub fn heal_later<S: Store + Clone + 'static>(desk: &Desk<'_, S>) -> Option<Afterwards> {
    let slots = desk.instance.counters.take_overwritten();
    if slots.is_empty() {
        return None;
    }
    let detached = desk.detached();
    Some(Box::pin(async move {
        let desk = detached.desk();
        for (key, until) in slots {
            if let Err(fault) = heal(&desk, &key, until).await {
                return fault.log().map(str::to_owned);
            }
        }
        None
    }))
}

async fn heal<S: Store>(desk: &Desk<'_, S>, key: &StoreKey, until: Timestamp) -> Result<(), Fault> {
    const TRIES: u32 = 4;
    for _ in 0..TRIES {
        let stored: Slot = desk.read_sealed(key).await?.unwrap_or_default();
        let known = desk.instance.counters.known(key, &stored);
        if known == stored {
            break;
        }
        desk.write_sealed(key, Some(until), &known).await?;
        let [millis]: [u8; 1] = desk.moment.draw();
        desk.store.wait(Duration::from_millis(u64::from(millis))).await;
    }
    Ok(())
}

/// The address that counts as one client: an IPv4 address, or the /48 of an IPv6 address, for that is what one
/// customer is given. The header may hold a port beside it, as Spin's does.
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
    Some(if is_mapped { bits } else { bits >> 80 << 80 }.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_is_one_client() {
        let same = |a: &str, b: &str| client(a).is_some() && client(a) == client(b);
        assert!(same("203.0.113.7:4711", "203.0.113.7"));
        assert!(same("[2001:db8:1:2::9]:80", "2001:db8:1:3:ffff::1"));
        assert!(same("::ffff:203.0.113.7", "203.0.113.7"));
        assert!(same("198.51.100.1, 203.0.113.7", "203.0.113.7"));
        assert!(!same("203.0.113.7", "203.0.113.8"));
        assert!(!same("2001:db8:1:2::9", "2001:db8:2:2::9"));
        for text in ["", "localhost", "203.0.113.7,", "203.0.113.777"] {
            assert_eq!(client(text), None, "{text}");
        }
    }
}
