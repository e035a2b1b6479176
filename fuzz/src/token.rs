//! `token`: links, references and other short texts that people type, paste and break.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use desk_core::base32;
use desk_core::id::Id;
use desk_core::keys::{Keyring, Purpose, RootSecret, Subject};
use desk_core::package::PackageSecret;
use desk_core::policy::{Digest, VersionName};
use desk_core::reference::Reference;
use desk_core::request::Code;
use desk_core::store_key::StoreKey;
use desk_core::suppression::{Link, ListId, PageId, Scope, SuppressionChange, Undo, from_key};
use desk_core::time::{Date, Timestamp};

/// What tokens are made for here, each with another length of payload beside it.
const PURPOSES: [Purpose; 5] = [
    Purpose::StatusLink,
    Purpose::FeedbackForm,
    Purpose::UndoLink,
    Purpose::UnsubscribeLink,
    Purpose::RequestLink,
];

/// The root secrets: 32 ones, 32 twos, 32 threes. The first makes, the second made before it, the third is a stranger's.
const ROOTS: [&str; 3] = [
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
    "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI",
    "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM",
];

/// No text is a token but those that were made, each for its own purpose; and what is read as a short text is shown as one
/// that is read as the same.
pub fn token(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    tokens(data, &text);
    texts(&text);
}

fn tokens(data: &[u8], text: &str) {
    let [Some(first), Some(second), Some(third)] =
        ROOTS.map(|root| root.parse::<RootSecret>().ok())
    else {
        return assert!(text.is_empty() && !text.is_empty(), "a root is not read");
    };
    let (earlier, stranger) = (Keyring::new(&second, &[]), Keyring::new(&third, &[]));
    let current = Keyring::new(&first, &[second]);
    for purpose in PURPOSES {
        redeemed::<16>(&current, &earlier, purpose, data, text);
        redeemed::<29>(&current, &earlier, purpose, data, text);
        redeemed::<32>(&current, &earlier, purpose, data, text);
        let foreign = stranger.mint(purpose, [7; 16]);
        assert_eq!(current.redeem::<16>(purpose, &foreign), None, "a stranger's token is taken");
    }
    let now = Timestamp::EPOCH;
    // What is in a link is what was put into it.
    if let Some(link) = Link::redeem(&current, text) {
        let minted = [&current, &earlier].map(|keys| link.mint(keys));
        assert!(minted.iter().any(|minted| minted == text), "{text:?} is a link beside {minted:?}");
    }
    let _ = Undo::redeem(&current, text, now);
}

/// The text itself, and each token that was made with a piece of it replaced by the data.
fn redeemed<const N: usize>(
    current: &Keyring,
    earlier: &Keyring,
    purpose: Purpose,
    data: &[u8],
    text: &str,
) {
    let payload: [u8; N] = std::array::from_fn(|at| at as u8);
    let made = [current.mint(purpose, payload), earlier.mint(purpose, payload)];
    let is_made = |text: &str| made.iter().any(|made| made == text);
    for token in &made {
        assert_eq!(current.redeem(purpose, token), Some(payload), "what was made is read");
        for other in PURPOSES.into_iter().filter(|other| *other != purpose) {
            assert_eq!(current.redeem::<N>(other, token), None, "{purpose:?} served {other:?}");
        }
        for changed in changed(token, data) {
            let read = current.redeem::<N>(purpose, &changed);
            assert_eq!(read.is_some(), is_made(&changed), "{changed:?} in the place of {token:?}");
        }
    }
    // Whatever else is read is the one text that was made for what it says.
    if let Some(payload) = current.redeem::<N>(purpose, text) {
        let made = [current.mint(purpose, payload), earlier.mint(purpose, payload)];
        assert!(made.iter().any(|made| made == text), "{text:?} is read as {made:?}");
    }
}

/// A token with the data laid over it, put into it, put before or behind it, and cut by it.
fn changed(token: &str, data: &[u8]) -> Vec<String> {
    let at = data.first().map_or(0, |byte| usize::from(*byte) % (token.len() + 1));
    let data = data.get(1..).unwrap_or_default();
    let (head, tail) = token.split_at_checked(at).unwrap_or((token, ""));
    let text = String::from_utf8_lossy(data);
    let xor = |(at, byte): (usize, u8)| byte ^ data.get(at).copied().unwrap_or(0);
    let mixed: Vec<u8> = token.bytes().enumerate().map(xor).collect();
    let over = text.chars().chain(tail.chars().skip(text.chars().count()));
    vec![
        String::from_utf8_lossy(&mixed).into_owned(),
        head.chars().chain(over).collect(),
        [head, &text, tail].concat(),
        [&text, token].concat(),
        [token, &text].concat(),
        head.to_owned(),
        tail.to_owned(),
        token.to_ascii_lowercase(),
    ]
}

fn texts(text: &str) {
    // Written as they are read and in no other way: they are compared as text in store keys.
    exact::<Id>(text);
    exact::<Subject>(text);
    exact::<Scope>(text);
    exact::<ListId>(text);
    exact::<Digest>(text);
    exact::<VersionName>(text);
    // Read as people write them.
    loose::<Reference>(text);
    loose::<Date>(text);
    let reference = text.parse::<Reference>();
    if let Ok(reference) = reference {
        let shown = reference.text();
        assert_eq!(shown.len(), "FB-7K3M-2Q9X-4TR6".len());
        let relaxed = [shown.replace('-', ""), shown.replace('-', " "), shown.to_lowercase()];
        for relaxed in relaxed {
            assert_eq!(relaxed.parse(), Ok(reference), "{relaxed:?} is another reference");
        }
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        assert_eq!(at.to_string().parse(), Ok(at.to_second()), "{text:?} is shown as {at}");
        assert_eq!(Timestamp::from_http_date(&at.http_date()), Ok(at.to_second()), "{text:?}");
    }
    if let Ok(at) = Timestamp::from_http_date(text) {
        assert_eq!(at.http_date(), text);
    }
    if let Ok(code) = text.parse::<Code>() {
        assert!(code.to_string().parse() == Ok(code), "a code is shown as another");
    }
    if let Ok(secret) = text.parse::<PackageSecret>() {
        let shown = secret.to_string();
        let again = shown.parse::<PackageSecret>();
        assert!(again.is_ok_and(|again| again.to_string() == shown), "a key is shown as another");
    }
    if let Some(page) = PageId::from_text(text) {
        assert_eq!(PageId::from_text(&page.to_string()), Some(page), "{text:?}");
    }
    if let Ok(number) = base32::decode(text) {
        let shown = base32::encode::<26>(number);
        assert_eq!(base32::decode(&shown), Ok(number), "{text:?}");
        let known = |c: char| base32::digit(c).is_some_and(|digit| digit < 32);
        assert!(text.chars().all(known), "{text:?} has what is no digit");
    }
    if let Ok(key) = StoreKey::new(text) {
        assert_eq!(key.as_str(), text);
        assert_eq!(key.parts().collect::<Vec<_>>().join(":"), text);
    }
    if let Some(change) = SuppressionChange::from_key(text) {
        assert_eq!(change.key().as_str(), text, "{change:?}");
    }
    if let Some((subject, scope)) = from_key(text) {
        assert_eq!(desk_core::suppression::key(subject, scope).as_str(), text);
    }
}

fn exact<T: FromStr + Display>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text, "it is read from what it is not shown as");
    }
}

fn loose<T: FromStr + Display + Debug + PartialEq>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        let shown = read.to_string();
        let again = shown.parse::<T>().ok();
        assert!(again.as_ref() == Some(&read), "{text:?} is {shown:?}, which is {again:?}");
    }
}
