//! The mails that tell a person what happened to their data request, each in the language of the request.
//!
//! They go to the outbox before what they tell of is stored: nothing is decided about a person who is not told.

use desk_core::case::Message;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use desk_core::package::PackageSecret;
use desk_core::reference::{Reference, Series};
use desk_core::request::{Code, PROOF_SECONDS, RefusalGround, RequestKey, RequestOpening};
use desk_core::time::{Date, Timestamp};

use crate::desk::Desk;
use crate::outbox::Mail;
use crate::setup::Setup;
use crate::texts::notices::Opener;
use crate::texts::{self, complain};

/// For how long a mail is worth sending, in seconds: a month, by when the status page has told it all the better.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// The path of a request's status page, whose token is the person's secret.
pub(crate) fn request_path(setup: &Setup, key: &RequestKey) -> String {
    ["/requests/status/", &setup.keys.mint(Purpose::RequestLink, key.to_bytes())].concat()
}

/// The same for whoever came by it: their own token stays, while it is good.
pub(crate) fn kept_path(setup: &Setup, key: &RequestKey, token: &str) -> String {
    let token = setup.keys.renewed(Purpose::RequestLink, token, key.to_bytes());
    ["/requests/status/", &token].concat()
}

/// The path that proves an identity, which only the mail has.
pub(crate) fn identity_path(setup: &Setup, key: &RequestKey) -> String {
    ["/requests/confirm/", &setup.keys.mint(Purpose::IdentityLink, key.to_bytes())].concat()
}

/// What a person is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Notice<'a> {
    /// An operator has written.
    Message(&'a Message),
    /// An operator asks what is meant.
    Clarification(&'a Message),
    /// The term was extended.
    Extended {
        /// Why.
        reason: &'a Message,
        /// When it was due.
        old: Date,
        /// When it is due now.
        new: Date,
    },
    /// It was done.
    Answered {
        /// The answer.
        text: &'a Message,
        /// Whether only a part of it was done.
        partly: bool,
    },
    /// It was refused.
    Refused {
        /// On what ground.
        ground: RefusalGround,
        /// What the operator says to it.
        text: &'a Message,
    },
    /// A complaint was opened from the request.
    Complaint {
        /// Its reference.
        reference: Reference,
        /// The path of its status page.
        path: &'a str,
    },
}

/// The mail that tells it.
pub(crate) fn notice<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    notice: Notice<'_>,
) -> Mail {
    let t = texts::notices(opening.lang);
    let date = |day| opening.lang.date(day);
    let complain = || complain::complain(opening.lang)(opening.regime).to_owned();
    let expires = desk.now().plus_seconds(KEPT_SECONDS);
    let quoted = |text: &Message| text.as_str().to_owned();
    let (opener, said): (&Opener, Vec<String>) = match notice {
        Notice::Message(text) => (&t.message, vec![quoted(text)]),
        Notice::Clarification(text) => {
            (&t.question, vec![quoted(text), t.please_answer.to_owned()])
        }
        Notice::Extended { reason, old, new } => {
            let dates = (t.new_date)(&date(old), &date(new));
            (&t.extended, vec![dates, t.reason.to_owned(), quoted(reason)])
        }
        Notice::Answered { text, partly: false } => (&t.answered, vec![quoted(text)]),
        Notice::Answered { text, partly: true } => (&t.partly, vec![quoted(text), complain()]),
        Notice::Refused { ground, text } => {
            (&t.refused, vec![(t.ground)(ground).to_owned(), quoted(text), complain()])
        }
        Notice::Complaint { reference, path } => {
            let link = desk.setup.profile.mailed_url(opening.lang, path);
            (&t.complaint, vec![(t.complaint_link)(&reference.to_string(), &link)])
        }
    };
    let is_end = matches!(notice, Notice::Answered { .. } | Notice::Refused { .. });
    let follow = if is_end { t.follow_ended } else { t.follow };
    let text = letter(t.greeting, (opener.lead)((t.about)(opening.kind)), &said, follow);
    linked(desk, key, opening, opener.subject, text, expires)
}

/// The mail that a package is ready, with the secret that opens it, which stands here alone. It is worth sending for as
/// long as the package can be fetched: until the instant, which is on `day`.
pub(crate) fn package_mail<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    secret: &PackageSecret,
    (until, day): (Timestamp, Date),
) -> Mail {
    let t = texts::package_notice(opening.lang);
    let date = |day| opening.lang.date(day);
    let said = [(t.key)(&secret.to_string(), &date(day))];
    let text = letter(t.greeting, (t.opener.lead)((t.about)(opening.kind)), &said, t.follow);
    linked(desk, key, opening, t.opener.subject, text, until)
}

/// The text of a mail, up to the link.
fn letter(greeting: &str, lead: String, said: &[String], follow: &str) -> String {
    let mut text = String::new();
    let said = said.iter().map(String::as_str);
    for paragraph in [greeting, &lead].into_iter().chain(said).chain([follow]) {
        text.push_str(paragraph);
        text.push_str("\n\n");
    }
    text
}

/// A mail whose text ends with the link to the status page.
fn linked<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    subject: &str,
    mut text: String,
    expires: Timestamp,
) -> Mail {
    text.push_str(&desk.setup.profile.mailed_url(opening.lang, &request_path(desk.setup, key)));
    text.push_str("\n\n");
    mail(key.id, opening, subject, text, expires)
}

/// The mail that proves an identity: a link and a code, for 24 hours. It has no link to the status page, which is only
/// for whoever has proven it.
pub(crate) fn identity_mail<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    code: &Code,
) -> Mail {
    let t = texts::identity(opening.lang);
    let link = desk.setup.profile.mailed_url(opening.lang, &identity_path(desk.setup, key));
    let about = (t.about)(opening.kind);
    let mut text = (t.text)(&desk.setup.profile.app_name, about, &link, &code.to_string());
    text.push('\n');
    let expires = desk.now().plus_seconds(PROOF_SECONDS);
    mail(key.id, opening, t.subject, text, expires)
}

/// Puts the reference to subject and text: all that names the request where others may read along.
fn mail(
    id: Id,
    opening: &RequestOpening,
    subject: &str,
    mut text: String,
    expires: Timestamp,
) -> Mail {
    let reference = Reference::new(Series::Requests, id).text();
    text.push_str(&(texts::identity(opening.lang).reference)(&reference));
    text.push('\n');
    Mail {
        to: opening.email.clone(),
        lang: opening.lang,
        subject: [subject, " (", &reference, ")"].concat().into(),
        text,
        expires,
    }
}

#[cfg(test)]
mod tests {
    use desk_core::clock::regime::Regime;
    use desk_core::lang::Lang;
    use desk_core::request::{Behalf, Identity, RequestDoor, RequestKind};

    use super::*;
    use crate::memory::testing::{BASE, World};

    fn opening(lang: Lang, regime: Regime, kind: RequestKind) -> RequestOpening {
        RequestOpening {
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
            kind,
            regime,
            email: "anna@oncall.example".parse().unwrap(),
            name: None,
            details: None,
            behalf: Behalf::Own,
            files: vec![],
            lang,
            policy: None,
            door: RequestDoor::Api,
            fingerprint: String::new(),
            identity: Identity::Asserted,
            expires: "2029-11-22T10:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn mails_say_what_the_law_wants_said() {
        let world = World::new();
        let desk = world.desk();
        let text = Message::new("Because.").unwrap();
        let date = |text: &str| text.parse().unwrap();
        for lang in Lang::ALL {
            for regime in Regime::ALL {
                for kind in RequestKind::ALL {
                    let opening = opening(lang, regime, kind);
                    let id = Id::new(opening.at, [7; 10]);
                    let key = RequestKey { id, subject: desk.setup.keys.subject(&opening.email) };
                    let complain = complain::complain(lang)(regime);
                    let told = |what| notice(&desk, &key, &opening, what);
                    let refused =
                        told(Notice::Refused { ground: RefusalGround::LegalDuty, text: &text });
                    assert!(refused.text.contains(complain) && refused.text.contains("Because."));
                    let partly = told(Notice::Answered { text: &text, partly: true });
                    assert!(partly.text.contains(complain));
                    // Nobody is told to write where nothing is taken any more.
                    let follow = |mail: &Mail| mail.text.contains(texts::notices(lang).follow);
                    assert!(!follow(&refused) && !follow(&partly));
                    assert!(follow(&told(Notice::Message(&text))));
                    let whole = told(Notice::Answered { text: &text, partly: false });
                    assert!(!whole.text.contains(complain));
                    let (old, new) = (date("2026-12-07"), date("2026-12-14"));
                    let extended = told(Notice::Extended { reason: &text, old, new });
                    for said in [old, new].map(|date| lang.date(date)) {
                        assert!(extended.text.contains(&said), "{}", extended.text);
                    }
                    let path = request_path(desk.setup, &key);
                    let until = "2026-12-01T10:00:00Z".parse().unwrap();
                    let secret = PackageSecret::draw(&desk.moment);
                    let term = (until, date("2026-12-01"));
                    let package = package_mail(&desk, &key, &opening, &secret, term);
                    assert!(package.text.contains(&secret.to_string()));
                    assert_eq!(package.expires, until);
                    for mail in [refused, partly, whole, extended, package] {
                        assert!(mail.text.contains(&format!("{BASE}{path}?lang={lang}\n")));
                        assert!(mail.subject.as_str().contains("DR-") && mail.text.contains("DR-"));
                        assert!(!mail.subject.as_str().contains("Because"));
                        assert_eq!(mail.text, mail.text.trim_start().to_owned());
                    }
                    let code = Code::draw(&desk.moment);
                    let identity = identity_mail(&desk, &key, &opening, &code);
                    assert!(identity.text.contains(&code.to_string()));
                    assert!(identity.text.contains(&identity_path(desk.setup, &key)));
                    assert!(!identity.text.contains("/requests/status/"));
                    assert_eq!(identity.expires, desk.now().plus_seconds(PROOF_SECONDS));
                }
            }
        }
    }

    #[test]
    fn every_regime_names_its_authority_and_the_court() {
        for (lang, court) in [(Lang::En, "court"), (Lang::Ru, "суд")] {
            let complain = complain::complain(lang);
            for (regime, authority) in [
                (Regime::Ru152Fz, "rkn.gov.ru"),
                (Regime::EuGdpr, "edpb.europa.eu"),
                (Regime::UkGdpr, "ico.org.uk"),
                (Regime::UsCa, "cppa.ca.gov"),
                (Regime::BrLgpd, "gov.br/anpd"),
            ] {
                let text = complain(regime);
                assert!(text.contains(authority) && text.contains(court), "{text}");
            }
        }
    }
}
