//! What a mailbox provider would object to in a newsletter.

use super::arf::uris;
use super::body;
use super::message::{MailMessage, MailPart};

/// A rule that a newsletter must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintRule {
    /// There is exactly one `List-Unsubscribe`.
    Unsubscribe,
    /// There is exactly one `List-Unsubscribe-Post`, and it says `List-Unsubscribe=One-Click`.
    Post,
    /// Exactly one address is https, none is http.
    Https,
    /// The https address is one of the desk's, with a token that works.
    Token,
    /// A mailto address stands beside it.
    Mailto,
    /// One DKIM signature covers both fields.
    Dkim,
    /// There is exactly one `List-Id` of the right shape.
    ListId,
    /// There is exactly one `From`.
    From,
    /// The lines of these fields are short and ASCII.
    Lines,
    /// The text has a link to unsubscribe that people can see.
    BodyLink,
}

impl LintRule {
    /// Every rule, in the order in which they are reported.
    pub const ALL: [Self; 10] = [
        Self::Unsubscribe,
        Self::Post,
        Self::Https,
        Self::Token,
        Self::Mailto,
        Self::Dkim,
        Self::ListId,
        Self::From,
        Self::Lines,
        Self::BodyLink,
    ];

    /// The rule's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsubscribe => "list-unsubscribe",
            Self::Post => "list-unsubscribe-post",
            Self::Https => "https-address",
            Self::Token => "token",
            Self::Mailto => "mailto-address",
            Self::Dkim => "dkim",
            Self::ListId => "list-id",
            Self::From => "from",
            Self::Lines => "lines",
            Self::BodyLink => "body-link",
        }
    }

    /// Who says so.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Unsubscribe => "RFC 8058 section 3.1, RFC 2369 section 3.2",
            Self::Post | Self::Https => "RFC 8058 section 3.1",
            Self::Token => "RFC 8058 section 6",
            Self::Mailto => "RFC 2369 section 2",
            Self::Dkim => "RFC 8058 section 4",
            Self::ListId => "RFC 2919 section 3, Gmail sender guidelines",
            Self::From => "RFC 5322 section 3.6",
            Self::Lines => "RFC 5322 section 2.1.1",
            Self::BodyLink => "Gmail sender guidelines, Yahoo sender requirements",
        }
    }
}

/// How a mail stands with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintVerdict {
    /// It keeps it.
    Pass,
    /// It breaks it.
    Fail,
    /// Nobody objects, but it would be better.
    Advice,
    /// It cannot be told from the message alone.
    Unknown,
}

impl LintVerdict {
    /// The verdict's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Advice => "advice",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: LintRule,
    /// How the mail stands with it.
    pub verdict: LintVerdict,
    /// What was seen, for people: from the mail, cut to a length that is fit to be shown.
    pub seen: String,
}

/// What is known of the token of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// It works.
    Valid,
    /// It is one of the desk's addresses, and would be refused.
    Invalid,
    /// The address is not the desk's, or there are no keys to check it with.
    Unknown,
}

const UNSUBSCRIBE: &str = "list-unsubscribe";
const POST: &str = "list-unsubscribe-post";
/// The longest line that may be sent, without its end.
const MAX_LINE: usize = 998;

/// Looks at a mail as a mailbox provider does. `token` says what is known of an https address.
pub fn lint(message: &MailMessage<'_>, token: &dyn Fn(&str) -> Token) -> Vec<Finding> {
    let address = https(message);
    let address = address.first().copied();
    LintRule::ALL
        .into_iter()
        .map(|rule| {
            let (verdict, seen) = match rule {
                LintRule::Unsubscribe => {
                    exactly_one(message, UNSUBSCRIBE, |value| uris(value).next().is_some())
                }
                LintRule::Post => {
                    exactly_one(message, POST, |value| value == "List-Unsubscribe=One-Click")
                }
                LintRule::Https => one_https(message),
                LintRule::Token => match address.map(token) {
                    Some(Token::Valid) => (LintVerdict::Pass, String::new()),
                    Some(Token::Invalid) => {
                        (LintVerdict::Fail, address.unwrap_or_default().to_owned())
                    }
                    Some(Token::Unknown) | None => {
                        (LintVerdict::Unknown, address.unwrap_or_default().to_owned())
                    }
                },
                LintRule::Mailto => {
                    let found = message
                        .all(UNSUBSCRIBE)
                        .flat_map(|field| uris(&field.value))
                        .find(|uri| begins(uri, "mailto:"));
                    let verdict =
                        if found.is_some() { LintVerdict::Pass } else { LintVerdict::Advice };
                    (verdict, found.unwrap_or_default().to_owned())
                }
                LintRule::Dkim => dkim(message),
                LintRule::ListId => exactly_one(message, "list-id", is_list_id),
                LintRule::From => exactly_one(message, "from", |value| value.contains('@')),
                LintRule::Lines => lines(message),
                LintRule::BodyLink => body_link(message, address),
            };
            Finding { rule, verdict, seen: cut(&seen) }
        })
        .collect()
}

/// Whether nothing would be objected to.
pub fn is_clean(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.verdict != LintVerdict::Fail)
}

/// The first 120 characters of what was seen, without control characters: a terminal may obey them.
fn cut(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(120).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn begins(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

fn exactly_one(
    message: &MailMessage<'_>,
    name: &'static str,
    fits: impl Fn(&str) -> bool,
) -> (LintVerdict, String) {
    let mut values = message.all(name).map(|field| field.value.as_str());
    let (first, second) = (values.next(), values.next());
    match (first, second) {
        (Some(value), None) if fits(value) => (LintVerdict::Pass, value.to_owned()),
        (Some(value), None) => (LintVerdict::Fail, value.to_owned()),
        (None, _) => (LintVerdict::Fail, String::new()),
        (Some(one), Some(other)) => (LintVerdict::Fail, [one, " | ", other].concat()),
    }
}

/// The https addresses of every `List-Unsubscribe`.
fn https<'m>(message: &'m MailMessage<'_>) -> Vec<&'m str> {
    let all = message.all(UNSUBSCRIBE).flat_map(|field| uris(&field.value));
    all.filter(|uri| begins(uri, "https://")).collect()
}

/// Exactly one https address (RFC 8058 section 3.1), of characters that an address may have, and none by plain http, to
/// which nobody would post.
fn one_https(message: &MailMessage<'_>) -> (LintVerdict, String) {
    let found = https(message);
    let plain =
        message.all(UNSUBSCRIBE).flat_map(|f| uris(&f.value)).find(|uri| begins(uri, "http://"));
    if let Some(plain) = plain {
        return (LintVerdict::Fail, plain.to_owned());
    }
    let sound = |uri: &str| {
        let host = uri.get("https://".len()..).and_then(|rest| rest.split(['/', '?', '#']).next());
        uri.bytes().all(|b| b.is_ascii_graphic())
            && host.is_some_and(|host| host.contains('.') || host.contains(':'))
    };
    match found.as_slice() {
        [one] if sound(one) => (LintVerdict::Pass, (*one).to_owned()),
        all => (LintVerdict::Fail, all.join(" ")),
    }
}

/// Whether one signature names both fields in its `h=` (RFC 6376 section 3.5). Whether the signature itself holds cannot
/// be told without the sender's key.
fn dkim(message: &MailMessage<'_>) -> (LintVerdict, String) {
    let mut seen = String::new();
    for field in message.all("dkim-signature") {
        let signed = field.value.split(';').find_map(|tag| {
            let (name, value) = tag.split_once('=')?;
            name.trim().eq_ignore_ascii_case("h").then_some(value)
        });
        let covers = |wanted: &str| {
            signed.is_some_and(|names| {
                names.split(':').any(|name| name.trim().eq_ignore_ascii_case(wanted))
            })
        };
        seen = signed.unwrap_or_default().split_whitespace().collect();
        if covers(UNSUBSCRIBE) && covers(POST) {
            return (LintVerdict::Pass, seen);
        }
    }
    (LintVerdict::Fail, seen)
}

/// A phrase, which may be missing, and an id in angle brackets: labels between dots, 255 characters at the most (RFC 2919
/// section 2).
fn is_list_id(value: &str) -> bool {
    let Some(id) = value.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')).map(|(_, id)| id)
    else {
        return false;
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[]\\,;:@\"".contains(&b))
    };
    id.len() <= 255 && id.contains('.') && id.split('.').all(label)
}

fn lines(message: &MailMessage<'_>) -> (LintVerdict, String) {
    let ours = [UNSUBSCRIBE, POST, "list-id"];
    let mut fields = message.fields.iter().filter(|field| ours.contains(&field.name.as_str()));
    match fields.find(|field| field.longest_line > MAX_LINE || !field.ascii) {
        Some(field) => (LintVerdict::Fail, field.name.clone()),
        None => (LintVerdict::Pass, String::new()),
    }
}

/// Whether people see a link to unsubscribe where they read: in the pages of the mail, or in its plain text where it has no
/// page.
fn body_link(message: &MailMessage<'_>, address: Option<&str>) -> (LintVerdict, String) {
    let parts = message.parts();
    let of = |kind: &'static str| parts.iter().filter(move |part| part.media_type == kind);
    let text = |part: &MailPart| body::decoded(&part.content, &part.charset);
    let leads = if of("text/html").next().is_some() {
        of("text/html").any(|part| body::html_leads(&text(part), address))
    } else if of("text/plain").next().is_some() {
        of("text/plain").any(|part| body::plain_leads(&text(part), address))
    } else {
        return (LintVerdict::Unknown, String::new());
    };
    (if leads { LintVerdict::Pass } else { LintVerdict::Fail }, String::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "DKIM-Signature: v=1; a=rsa-sha256; d=desk.example; s=k1;\r\n h=From : To:Subject:List-Unsubscribe:\r\n  list-unsubscribe-post:List-Id; bh=x; b=y\r\n\
        From: News <news@desk.example>\r\nTo: jane@example.org\r\nSubject: News\r\n\
        List-Unsubscribe: <https://desk.example/u/abc>, <mailto:u@desk.example>\r\n\
        List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nList-Id: Product news <product-news.desk.example>\r\n\
        Content-Type: text/html\r\n\r\n<p>Hello</p><a href=\"https://desk.example/u/abc\">Leave</a>\r\n";

    fn verdicts(raw: &str) -> Vec<(LintRule, LintVerdict)> {
        let message = MailMessage::read(raw.as_bytes()).unwrap();
        let token = |uri: &str| {
            if uri.ends_with("/abc") {
                Token::Valid
            } else if uri.starts_with("https://desk.example/") {
                Token::Invalid
            } else {
                Token::Unknown
            }
        };
        lint(&message, &token).into_iter().map(|finding| (finding.rule, finding.verdict)).collect()
    }

    fn broken(raw: &str) -> Vec<LintRule> {
        verdicts(raw)
            .into_iter()
            .filter(|(_, verdict)| *verdict == LintVerdict::Fail)
            .map(|(rule, _)| rule)
            .collect()
    }

    #[test]
    fn a_good_mail_passes_every_rule() {
        assert!(
            verdicts(GOOD).iter().all(|(_, verdict)| *verdict == LintVerdict::Pass),
            "{:?}",
            verdicts(GOOD)
        );
    }

    #[test]
    fn every_fault_is_found_and_no_other() {
        // Without an address that is known, its link in the text is one among others.
        let line = |name: &str| {
            GOOD.lines().find(|line| line.starts_with(name)).unwrap().to_owned() + "\r\n"
        };
        let (unsubscribe, post, id) =
            (line("List-Unsubscribe:"), line("List-Unsubscribe-Post"), line("List-Id"));
        let from = line("From");
        let long = format!("List-Id: {} <product-news.desk.example>\r\n", "a".repeat(998));
        for (raw, rules) in [
            (GOOD.replace(&post, ""), vec![LintRule::Post]),
            (GOOD.replace("=One-Click", "=one-click"), vec![LintRule::Post]),
            (GOOD.replace(&post, &post.repeat(2)), vec![LintRule::Post]),
            (
                GOOD.replace(&unsubscribe, &unsubscribe.repeat(2)),
                vec![LintRule::Unsubscribe, LintRule::Https],
            ),
            (
                GOOD.replace("<https://desk.example/u/abc>,", "<http://desk.example/u/abc>,"),
                vec![LintRule::Https, LintRule::BodyLink],
            ),
            (
                GOOD.replace("<https://desk.example/u/abc>,", "https://desk.example/u/abc,"),
                vec![LintRule::Https, LintRule::BodyLink],
            ),
            (
                GOOD.replace(
                    "<https://desk.example/u/abc>,",
                    "<https://desk.example/u/abc>, <https://b.co/>,",
                ),
                vec![LintRule::Https],
            ),
            (
                GOOD.replace("<https://desk.example/u/abc>,", "<https://desk.example/u/ a>,"),
                vec![LintRule::Https, LintRule::Token, LintRule::BodyLink],
            ),
            (
                GOOD.replace("/u/abc>", "/u/abd>").replace("/u/abc\"", "/u/abd\""),
                vec![LintRule::Token],
            ),
            (GOOD.replace("list-unsubscribe-post:", ""), vec![LintRule::Dkim]),
            (GOOD.replace("DKIM-Signature", "X-Signature"), vec![LintRule::Dkim]),
            (GOOD.replace(&id, ""), vec![LintRule::ListId]),
            (GOOD.replace("<product-news.desk.example>", "<product-news>"), vec![LintRule::ListId]),
            (
                GOOD.replace("<product-news.desk.example>", "product-news.desk.example"),
                vec![LintRule::ListId],
            ),
            (GOOD.replace(&id, &long), vec![LintRule::Lines]),
            (GOOD.replace("List-Id: Product news", "List-Id: Новости"), vec![LintRule::Lines]),
            (GOOD.replace(&from, &from.repeat(2)), vec![LintRule::From]),
            (
                GOOD.replace("https://desk.example/u/abc\"", "https://desk.example/\""),
                vec![LintRule::BodyLink],
            ),
        ] {
            assert_eq!(broken(&raw), rules, "{raw}");
        }
        assert!(broken("From: a@b.co\r\n\r\n").contains(&LintRule::Unsubscribe));
    }

    #[test]
    fn words_that_people_know_make_a_link_visible() {
        for word in ["UNSUBSCRIBE", "Отписаться", "opt out"] {
            let raw = GOOD.replace(
                "<a href=\"https://desk.example/u/abc\">Leave</a>",
                &format!("<a href=\"https://desk.example/x\">{word}</a>"),
            );
            assert!(!broken(&raw).contains(&LintRule::BodyLink), "{word}");
        }
        // Beside a page nobody sees the plain text, and what is not UTF-8 is read all the same.
        let both = "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nhttps://desk.example/u/abc\r\n--b\r\n\
            Content-Type: text/html; charset=koi8-r\r\n\r\n<a href=\"https://desk.example/x\">";
        let head = GOOD.split("Content-Type").next().unwrap();
        for (link, fails) in
            [(b"\xef\xd4\xd0\xc9\xd3\xcb\xc1".as_slice(), false), (b"\xcf\xd4\xc4\xc5\xcc", true)]
        {
            let raw = [head.as_bytes(), both.as_bytes(), link, b"</a>"].concat();
            let findings = lint(&MailMessage::read(&raw).unwrap(), &|_| Token::Unknown);
            let fault = Finding {
                rule: LintRule::BodyLink,
                verdict: LintVerdict::Fail,
                seen: String::new(),
            };
            assert_eq!(findings.contains(&fault), fails);
        }
        let picture = GOOD.replace("text/html", "image/png");
        assert!(verdicts(&picture).contains(&(LintRule::BodyLink, LintVerdict::Unknown)));
    }

    #[test]
    fn what_is_shown_is_short_and_tame() {
        let raw = format!("List-Unsubscribe: <\u{1b}[31m{}>\r\n\r\n", "ы".repeat(500));
        let findings = lint(&MailMessage::read(raw.as_bytes()).unwrap(), &|_| Token::Unknown);
        assert!(findings.iter().all(|finding| finding.seen.chars().count() <= 121));
        assert!(findings.iter().all(|finding| !finding.seen.contains('\u{1b}')));
    }

    proptest! {
        #[test]
        fn strange_mails_never_panic(at in 0..GOOD.len(), with: Vec<u8>) {
            let mut raw = GOOD.as_bytes().to_vec();
            raw.splice(at..at, with);
            if let Ok(message) = MailMessage::read(&raw) {
                prop_assert_eq!(lint(&message, &|_| Token::Unknown).len(), LintRule::ALL.len());
            }
        }
    }
}
