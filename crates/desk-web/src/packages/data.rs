//! `data.json`: everything, for programs. [`super::PACKAGE_SCHEMA`] describes it.

use desk_core::case::{self, Case};
use desk_core::id::Id;
use desk_core::lang::Lang;
use desk_core::reference::Reference;
use desk_core::request::{Door, Request};
use desk_core::suppression::{Change, Reason, Scope, Suppression};
use desk_core::time::Timestamp;

use super::PACKAGE_SCHEMA_PATH;
use super::matter::{Matter, What};
use crate::desk::Desk;
use crate::feedback::wire::policy;
use crate::json::Json;
use crate::outbox::Mail;
use crate::setup::Setup;

/// How many changes are written in one go.
pub(super) const CHUNK: usize = 500;

/// A suppression that holds, and what it is about.
pub(super) type State = (Scope, Suppression);

/// A list of an object that is too long to be in memory: its items are written one by one.
pub(super) struct List {
    first: bool,
}

impl List {
    pub(super) fn open(text: &mut String, name: &str) -> Self {
        for piece in [",\"", name, "\":["] {
            text.push_str(piece);
        }
        Self { first: true }
    }

    pub(super) fn item(&mut self, text: &mut String, item: &str) {
        if !std::mem::replace(&mut self.first, false) {
            text.push(',');
        }
        text.push_str(item);
    }

    /// Ends this list and begins another one.
    pub(super) fn then(self, text: &mut String, name: &str) -> Self {
        text.push(']');
        Self::open(text, name)
    }

    /// Ends the list, and the object that it is in.
    pub(super) fn close(self, text: &mut String) {
        text.push_str("]}\n");
    }
}

/// The beginning of the object, up to the first list.
pub(super) fn head<S>(desk: &Desk<'_, S>, request: &Request) -> String {
    let (setup, opening) = (desk.setup, &request.opening);
    let mut text = Json::object(|json| {
        json.shown("$schema", &format_args!("{}{PACKAGE_SCHEMA_PATH}", setup.base_url));
        json.number("format", 1);
        json.shown("prepared_at", &desk.now());
        json.shown("request", &request.reference());
        json.text("email", opening.email.as_str());
        json.text("language", opening.lang.tag());
        json.text("app", &setup.app_name);
        json.text("controller", &setup.controller(opening.lang));
        if !setup.contact_email.is_empty() {
            json.text("contact", &setup.contact_email);
        }
        json.shown("policy_url", &format_args!("{}/policy", setup.base_url));
    });
    // The object goes on.
    text.pop();
    text
}

/// A case or a request.
pub(super) fn matter(now: Timestamp, matter: &Matter) -> String {
    let (at, expires) = matter.term();
    Json::object(|json| {
        json.shown("reference", &matter.reference());
        json.text("kind", matter.kind());
        match matter {
            Matter::Case(_, case) => of_case(json, case),
            Matter::Request(_, request) => of_request(json, request, now),
        }
        json.shown("received_at", &at);
        json.shown("kept_until", &expires);
        let text = matter.text().map(|text| text.as_str());
        for (name, value) in [("name", matter.name()), ("email", matter.email()), ("text", text)] {
            if let Some(value) = value {
                json.text(name, value);
            }
        }
        policy(json, matter.policy());
        json.list("files", |list| {
            for (number, file) in (1..).zip(matter.files()) {
                list.nest("", |json| {
                    json.text("name", &matter.file_name(number, file));
                    json.text("media_type", file.kind.media_type());
                    json.number("size", file.size);
                    json.text("sha256", &file.sha256);
                });
            }
        });
        json.list("history", |list| {
            for entry in matter.entries() {
                list.nest("", |json| {
                    json.shown("at", &entry.at);
                    json.text("by", entry.by.name());
                    json.text("event", entry.what.name());
                    match entry.what {
                        What::State(state) => json.text("state", state.name()),
                        What::Identified(proof) => json.text("how", proof.name()),
                        What::Refused(ground) => json.text("ground", ground.name()),
                        What::Packaged(until) => json.shown("until", &until),
                        _ => {}
                    }
                    if let Some(text) = entry.text {
                        json.text("text", text.as_str());
                    }
                });
            }
        });
    })
}

fn of_case(json: &mut Json, case: &Case) {
    let opening = &case.opening;
    json.text("state", case.state.name());
    json.text("language", opening.lang.tag());
    json.text(
        "door",
        match opening.door {
            case::Door::Form => Door::Form.name(),
            case::Door::Api => Door::Api.name(),
        },
    );
    if let Some(version) = &opening.app_version {
        json.text("app_version", version.as_str());
    }
    json.list("suspicions", |list| {
        for suspicion in &opening.suspicions {
            list.text("", suspicion.name());
        }
    });
}

fn of_request(json: &mut Json, request: &Request, now: Timestamp) {
    let opening = &request.opening;
    json.text("state", request.state(now).name());
    json.text("language", opening.lang.tag());
    json.text("door", opening.door.name());
    if let Door::Feedback(id) = opening.door {
        json.shown("case", &Reference::from(id));
    }
    json.text("law", opening.regime.name());
    json.text("on_behalf_of", opening.behalf.name());
    if let Some((at, proof)) = request.identified {
        json.nest("identified", |json| {
            json.shown("at", &at);
            json.text("how", proof.name());
        });
    }
}

/// What a suppression is about: the list's id where it is known, and its name.
fn scope(json: &mut Json, setup: &Setup, lang: Lang, scope: Scope) {
    let lists = setup.lists();
    json.text("scope", &lists.scope_name(scope));
    if let Scope::List(tag) = scope
        && let Some(list) = lists.by_tag(tag)
    {
        json.text("list", list.name(lang));
    }
}

pub(super) fn suppression(setup: &Setup, lang: Lang, about: Scope, state: &Suppression) -> String {
    Json::object(|json| {
        scope(json, setup, lang, about);
        json.shown("since", &state.at);
        json.text("reason", state.reason.name());
    })
}

pub(super) fn change(setup: &Setup, lang: Lang, change: &Change) -> String {
    Json::object(|json| {
        json.shown("at", &change.id.instant());
        scope(json, setup, lang, change.scope);
        json.flag("suppressed", change.reason.is_some());
        json.maybe("reason", change.reason.map(Reason::name));
    })
}

pub(super) fn mail(id: Id, mail: &Mail) -> String {
    Json::object(|json| {
        json.shown("at", &id.instant());
        json.shown("kept_until", &mail.expires);
        json.text("language", mail.lang.tag());
        json.text("subject", &mail.subject);
        json.text("text", &mail.text);
    })
}
