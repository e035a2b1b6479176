//! The mails that tell a person what happened.

use desk_core::clock::regime::Regime;
use desk_core::lang::Lang;
use desk_core::request::{Behalf, Identity, RequestDoor, RequestKind};

use crate::world::{BASE, World};
use desk_app::notices::*;
use desk_app::paths::{identity_path, request_path};
use desk_app::sender::Mail;
use desk_core::case::Message;
use desk_core::id::Id;
use desk_core::package::PackageSecret;
use desk_core::request::{Code, PROOF_SECONDS, RefusalGround, RequestKey, RequestOpening};
use desk_documents::texts::{self, complain};

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
