//! `email`: addresses as people write them.

use desk_core::email::EmailAddress;

/// The signs that turn the direction of a text (Unicode's `Bidi_Control`): with one of them an address reads as another.
const TURNS: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// What is taken as an address has one `@` and nothing that cannot be seen, and one normal form, which is an address too.
pub fn email(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(address) = text.parse::<EmailAddress>() else { return };
    let written = address.as_str();
    assert!(
        written.chars().all(|character| text.contains(character)),
        "an address is kept as it was written, without what cannot be seen"
    );
    sound(written);

    let normal = address.normalised();
    sound(&normal);
    // Folding may make it longer than an address may be.
    let Ok(again) = normal.parse::<EmailAddress>() else { return };
    assert_eq!(again.as_str(), normal, "a normal form is as it is written");
    assert_eq!(again.normalised(), normal, "normalising {written:?} twice is another thing");

    let shouted = written.to_ascii_uppercase().parse::<EmailAddress>();
    assert!(
        shouted.is_ok_and(|shouted| shouted.normalised() == normal),
        "{written:?} is another address in capitals"
    );
}

fn sound(address: &str) {
    assert_eq!(address.matches('@').count(), 1, "{address:?}");
    assert!(!address.is_empty() && address.chars().count() <= 254, "{address:?}");
    for character in address.chars() {
        assert!(!character.is_control(), "a control character in {address:?}");
        assert!(!character.is_whitespace(), "white space in {address:?}");
        assert!(!TURNS.contains(&character), "what turns the direction in {address:?}");
        assert!(!"\"<>()[],;:\\".contains(character), "what addresses are set in, in {address:?}");
    }
}
