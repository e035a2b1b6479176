//! What has happened at the desk before anything is fuzzed, all of it through the front door.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use http::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::world::{BASE, World};

/// What names in braces stand for.
pub(super) type Names = Vec<(&'static str, String)>;

/// What was stored, and what it is known by.
pub(super) struct Story {
    pub(super) values: BTreeMap<String, Vec<u8>>,
    pub(super) names: Names,
}

/// The story, told once.
pub(super) static STORY: LazyLock<Story> = LazyLock::new(|| {
    let mut teller = Teller { world: World::empty(), names: Vec::new() };
    // The mails stay where they can be read.
    teller.world.store().others_answer(Some(500));
    teller.policy();
    teller.feedback();
    teller.requests();
    teller.newsletters();
    teller.erasures();
    Story { values: teller.world.store().dump(), names: teller.names }
});

/// What ends a token in a page or in a mail.
const ENDS: &[char] = &['"', '?', '\n', '>', ' ', '&', '/'];
const HIDDEN: &str = "name=\"token\" value=\"";

struct Teller {
    world: World,
    names: Names,
}

/// A data request of which nobody has proven yet who asks.
struct Filed {
    reference: String,
    /// The token of the page that takes the code.
    pending: String,
    /// The token of the mailed link.
    confirm: String,
    code: String,
}

impl Teller {
    fn know(&mut self, names: impl IntoIterator<Item = (&'static str, String)>) {
        self.names.extend(names);
    }

    /// Two versions, one of them in both languages.
    fn policy(&self) {
        const FIRST: &str = "# Policy\n\n## One {#one}\n\n- a [link](/feedback)\n\n\
            | a | b |\n|---|---|\n| c | d |\n";
        const SECOND: &str =
            "# Policy\n\n## One {#one}\n\n- another [link](/requests)\n\n## Two\n\n> *text*\n";
        const RUSSIAN: &str = "# Политика\n\n## Раз {#one}\n\n- [ссылка](/feedback)\n";
        for (target, text) in
            [("1.0?lang=en", FIRST), ("1.0?lang=ru", RUSSIAN), ("2.0?lang=en", SECOND)]
        {
            let target = format!("/policy/versions/{target}&note=A+note.");
            self.world.done(Method::PUT, &target, &[("content-type", "text/markdown")], text);
        }
    }

    /// A complaint with a file, and the tokens of empty forms.
    fn feedback(&mut self) {
        let complaint = json!({
            "kind": "complaint",
            "message": "Where did you get my <address>?",
            "name": "Anna \"A\" <b>",
            "email": "anna@example.org",
            "attachments": [{"data": "bG9nCg=="}],
        });
        let case = self.world.post("/feedback", &complaint);
        self.know([("case", text(&case, "reference")), ("status", token(&case, "status_url"))]);
        let form = |target: &str| between(&self.world.page(target), HIDDEN);
        let (feedback, requests) = (form("/feedback"), form("/requests"));
        self.know([("form", feedback), ("request_form", requests)]);
    }

    fn filed(&self, kind: &str, email: &str) -> Filed {
        let (name, details) = ("<i>Anna</i>", "All & \"more\".");
        let body = json!({"kind": kind, "email": email, "name": name, "details": details});
        let filed = self.world.post("/requests", &body);
        let (_, mail) = self.world.mail(email);
        Filed {
            reference: text(&filed, "reference"),
            pending: token(&filed, "pending_url"),
            confirm: between(&mail, "/requests/confirm/"),
            code: line(&mail, 11, 1),
        }
    }

    /// One of which it is proven: its reference, and the token of its status link.
    fn proven(&self, kind: &str, email: &str) -> (String, String) {
        let Filed { reference, pending, code, .. } = self.filed(kind, email);
        let target = format!("/requests/pending/{pending}/code");
        let proven = self.world.post(&target, &json!({"code": code}));
        (reference, token(&proven, "status_url"))
    }

    /// One that waits for its proof, one that waits for what the app's backend asserts, one with a package to be fetched.
    fn requests(&mut self) {
        let Filed { reference, pending, confirm, code } =
            self.filed("portability", "anna@example.org");
        self.know([
            ("awaiting", reference),
            ("pending", pending),
            ("confirm", confirm),
            ("code", code),
        ]);
        let body = json!({"kind": "access", "email": "anna@example.org", "proof": "assertion"});
        let awaited = token(&self.world.post("/requests", &body), "pending_url");
        self.know([("awaited", awaited)]);

        let (reference, follow) = self.proven("access", "jane@example.org");
        self.world.post(&format!("/console/api/requests/{reference}/package"), &json!({}));
        let (mail, text) = self.world.mail("jane@example.org");
        let key = line(&text, 30, 4);
        self.know([("request", reference), ("follow", follow), ("key", key), ("mail", mail)]);
    }

    /// One that ends in an erasure, and one that has: the tag of the plan comes last, for it changes with all that is held.
    fn erasures(&mut self) {
        let (reference, follow) = self.proven("erasure", "joan@example.net");
        let target = format!("/console/api/requests/{reference}/erasure");
        let tag = self.world.get(&target).header("etag").to_owned();
        let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
        let order = json!({"executor": "An <Officer>", "reason": "asked for"}).to_string();
        self.world.done(Method::POST, &target, &headers, &order);
        self.know([("erased", reference), ("follow_erased", follow)]);

        let (reference, follow) = self.proven("erasure", "john@example.com");
        let target = format!("/console/api/requests/{reference}/erasure");
        let plan = self.world.get(&target).header("etag").to_owned();
        self.know([("erasing", reference), ("follow_erasing", follow), ("plan", plan)]);
    }

    /// Two links in mails, one of them used, and what undoes that; a link to somebody's preferences.
    fn newsletters(&mut self) {
        let world = &self.world;
        let asked =
            json!({"list": "product-news", "emails": ["jane@example.org", "john@example.com"]});
        let links = world.post("/unsubscribe/links", &asked).text();
        let (link, used) = (between(&links, "/u/"), between_last(&links, "/u/"));
        assert_ne!(link, used, "two links in {links}");
        let form = [("accept", "text/html"), ("content-type", "application/x-www-form-urlencoded")];
        let done = world.done(Method::POST, &format!("/u/{used}"), &form, "").text();
        world.done(Method::POST, "/unsubscribe", &form, "email=anna%40example.org");
        let (_, mail) = world.mail("anna@example.org");
        let (undo, preferences) =
            (between(&done, "/u/undo/"), between(&mail, "/unsubscribe/preferences/"));
        self.know([
            ("link", link),
            ("link_used", used),
            ("undo", undo),
            ("preferences", preferences),
        ]);
    }
}

/// What stands behind the first place of a text, up to what ends a token.
fn between(text: &str, before: &str) -> String {
    let behind = text.split_once(before).map(|(_, behind)| behind);
    ended(behind, before, text)
}

/// The same behind the last place.
fn between_last(text: &str, before: &str) -> String {
    let behind = text.rsplit_once(before).map(|(_, behind)| behind);
    ended(behind, before, text)
}

fn ended(behind: Option<&str>, before: &str, text: &str) -> String {
    let found = behind.and_then(|behind| behind.split(ENDS).next()).unwrap_or_default();
    assert!(!found.is_empty(), "no {before:?} in {text}");
    found.to_owned()
}

/// The line of a mail that has so many characters, so many of which are hyphens: a code, or a key.
fn line(text: &str, length: usize, hyphens: usize) -> String {
    let fits = |line: &&str| line.len() == length && line.matches('-').count() == hyphens;
    let found = text.lines().map(str::trim).find(fits);
    assert!(found.is_some(), "no line of {length} characters in {text}");
    found.unwrap_or_default().to_owned()
}

/// The last part of an address that a member of an answer gives.
fn token(answer: &Answer, member: &str) -> String {
    let address = text(answer, member);
    assert!(address.starts_with(BASE), "{member} in {answer:?}");
    address.rsplit('/').next().unwrap_or_default().to_owned()
}

fn text(answer: &Answer, member: &str) -> String {
    let json = answer.json();
    let text = json.get(member).and_then(Value::as_str);
    assert!(text.is_some(), "no {member} in {answer:?}");
    text.unwrap_or_default().to_owned()
}
