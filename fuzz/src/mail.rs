//! `mail`: raw mails, as strangers send them.

use desk_core::mail::arf::{Report, uris};
use desk_core::mail::lint::{LintRule, Token, is_clean, lint};
use desk_core::mail::message::{MAX_MESSAGE, MailMessage, UnreadableMail};

/// The most fields of a header, and the most parts of a mail, by what the reader says of itself.
const FIELDS: usize = 1_000;
const PARTS: usize = 200;

/// A mail is read within bounds and says nothing that does not stand in it, whichever line ends it has; whoever looks at
/// it says something of every rule, and shows nothing that a terminal obeys.
pub fn mail(data: &[u8]) {
    let message = match MailMessage::read(data) {
        Ok(message) => message,
        Err(why) => {
            assert_eq!(why == UnreadableMail::TooLarge, data.len() > MAX_MESSAGE, "{why:?}");
            return;
        }
    };
    assert!((1..=FIELDS).contains(&message.fields.len()), "{} fields", message.fields.len());
    for field in &message.fields {
        let (name, value) = (&field.name, &field.value);
        assert!(
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':'),
            "{name:?}"
        );
        assert!(!name.bytes().any(|b| b.is_ascii_uppercase()), "{name:?} has capitals");
        assert!(!value.contains('\n'), "the value of {name:?} is more than a line: {value:?}");
        assert!(field.longest_line <= data.len(), "{name:?}");
        assert!(message.all(name).any(|known| known == field), "{name:?} is not found");
    }
    assert!(data.ends_with(message.body), "a body is what stands behind the header");

    let parts = message.parts();
    assert!((0..=PARTS).contains(&parts.len()), "{} parts", parts.len());
    for part in &parts {
        assert!(part.content.len() <= message.body.len(), "a part is longer than the mail");
        assert!(
            !part.media_type.bytes().any(|b| b.is_ascii_uppercase()),
            "{:?} has capitals",
            part.media_type
        );
    }

    for known in [Token::Valid, Token::Invalid, Token::Unknown] {
        let findings = lint(&message, &|_| known);
        let rules: Vec<LintRule> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, LintRule::ALL, "something is said of every rule, once, in its order");
        for finding in &findings {
            let seen = &finding.seen;
            assert!(seen.chars().count() <= 121, "{:?} shows {seen:?}", finding.rule);
            assert!(!seen.chars().any(char::is_control), "{:?} shows {seen:?}", finding.rule);
        }
        let failed = findings.iter().any(|f| f.verdict == desk_core::mail::lint::LintVerdict::Fail);
        assert_eq!(is_clean(&findings), !failed);
    }

    if let Ok(report) = Report::read(&message) {
        for address in &report.unsubscribe {
            assert!(
                address.starts_with("https://") || address.starts_with("http://"),
                "{address:?} is no address of the web"
            );
            assert!(!address.contains(char::is_whitespace), "{address:?}");
        }
        for address in &report.recipients {
            assert!(!address.contains('\n'), "{address:?}");
        }
    }
    let text = String::from_utf8_lossy(data);
    for address in uris(&text) {
        assert!(!address.contains('>') && text.contains(address), "{address:?}");
    }

    line_ends(data, &message);
}

/// Line ends of either kind are the same to the reader.
fn line_ends(data: &[u8], message: &MailMessage<'_>) {
    if data.contains(&b'\r') {
        return;
    }
    let mut other = Vec::with_capacity(data.len() + data.len() / 8);
    for &byte in data {
        if byte == b'\n' {
            other.push(b'\r');
        }
        other.push(byte);
    }
    let Ok(other) = MailMessage::read(&other) else {
        return assert!(other.len() > MAX_MESSAGE, "with CR LF it is no mail any more");
    };
    assert_eq!(other.fields, message.fields, "with CR LF the header says something else");
    let kinds = |message: &MailMessage<'_>| -> Vec<(String, String)> {
        let parts = message.parts().into_iter();
        parts.map(|part| (part.media_type, part.charset)).collect()
    };
    assert_eq!(kinds(&other), kinds(message), "with CR LF it has other parts");
}
