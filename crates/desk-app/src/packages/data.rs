//! `data.json`: everything, for programs. [`desk_documents::package::PACKAGE_SCHEMA`] describes it.

use desk_core::case::{self, Case};
use desk_core::id::Id;
use desk_core::lang::Lang;
use desk_core::reference::Reference;
use desk_core::request::{Request, RequestDoor};
use desk_core::suppression::{Reason, Scope, Suppression, SuppressionChange};
use desk_core::time::Timestamp;

use super::Document;
use super::matter::{Item, Matter};
use crate::sender::Mail;
use crate::setup::Setup;
use desk_core::json::Json;
use desk_documents::case::policy;
use desk_documents::package::PACKAGE_SCHEMA_PATH;
use desk_documents::package::What;

/// The lists of the object, in the order of what is told of.
const LISTS: [&str; 5] = ["cases", "requests", "suppressions", "suppression_changes", "mails"];

/// The object: it is too long to be in memory, so the items of its lists are written one by one.
pub(super) struct Data<'a> {
    setup: &'a Setup,
    now: Timestamp,
    request: &'a Request,
    /// How many lists were begun.
    begun: usize,
    /// Whether the list that is being written has no item yet.
    empty: bool,
}

impl<'a> Data<'a> {
    pub(super) const fn new(setup: &'a Setup, now: Timestamp, request: &'a Request) -> Self {
        Self { setup, now, request, begun: 0, empty: true }
    }

    /// Ends the list that is being written, and begins those up to the one of this number.
    fn begin(&mut self, text: &mut String, number: usize) {
        for name in LISTS.iter().take(number + 1).skip(self.begun) {
            text.push_str(if self.begun == 0 { ",\"" } else { "],\"" });
            text.push_str(name);
            text.push_str("\":[");
            self.begun += 1;
            self.empty = true;
        }
    }

    fn push(&mut self, text: &mut String, item: &str) {
        if !std::mem::replace(&mut self.empty, false) {
            text.push(',');
        }
        text.push_str(item);
    }
}

impl Document for Data<'_> {
    fn name(&self) -> &'static str {
        "data.json"
    }

    fn head(&mut self, text: &mut String) {
        text.push_str(&head(self.setup, self.now, self.request));
    }

    fn item(&mut self, text: &mut String, item: &Item<'_>) {
        let (setup, lang) = (self.setup, self.request.opening.lang);
        self.begin(
            text,
            match item {
                Item::Matter(Matter::Case(..)) => 0,
                Item::Matter(Matter::Request(..)) => 1,
                Item::Suppressions(_) => 2,
                Item::Changes(_) => 3,
                Item::Mail(..) => 4,
            },
        );
        match item {
            Item::Matter(of) => self.push(text, &matter(self.now, of)),
            Item::Suppressions(states) => {
                for (scope, state) in states {
                    self.push(text, &suppression(setup, lang, *scope, state));
                }
            }
            Item::Changes(changes) => {
                for of in *changes {
                    self.push(text, &change(setup, lang, of));
                }
            }
            Item::Mail(id, of) => self.push(text, &mail(*id, of)),
        }
    }

    fn tail(&mut self, text: &mut String) {
        self.begin(text, LISTS.len() - 1);
        text.push_str("]}\n");
    }
}

/// The beginning of the object, up to the first list.
fn head(setup: &Setup, now: Timestamp, request: &Request) -> String {
    let opening = &request.opening;
    let mut text = Json::object(|json| {
        json.shown("$schema", &format_args!("{}{PACKAGE_SCHEMA_PATH}", setup.profile.base_url));
        json.number("format", 1);
        json.shown("prepared_at", &now);
        json.shown("request", &request.reference());
        json.text("email", opening.email.as_str());
        json.text("language", opening.lang.tag());
        json.text("app", &setup.profile.app_name);
        json.text("controller", &setup.profile.controller(opening.lang));
        if !setup.profile.contact_email.is_empty() {
            json.text("contact", &setup.profile.contact_email);
        }
        json.shown("policy_url", &format_args!("{}/policy", setup.profile.base_url));
    });
    // The object goes on.
    text.pop();
    text
}

/// A case or a request.
fn matter(now: Timestamp, matter: &Matter) -> String {
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
            case::CaseDoor::Form => RequestDoor::Form.name(),
            case::CaseDoor::Api => RequestDoor::Api.name(),
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
    if let RequestDoor::Feedback(id) = opening.door {
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

fn suppression(setup: &Setup, lang: Lang, about: Scope, state: &Suppression) -> String {
    Json::object(|json| {
        scope(json, setup, lang, about);
        json.shown("since", &state.at);
        json.text("reason", state.reason.name());
    })
}

fn change(setup: &Setup, lang: Lang, change: &SuppressionChange) -> String {
    Json::object(|json| {
        json.shown("at", &change.id.instant());
        scope(json, setup, lang, change.scope);
        json.flag("suppressed", change.reason.is_some());
        json.maybe("reason", change.reason.map(Reason::name));
    })
}

fn mail(id: Id, mail: &Mail) -> String {
    Json::object(|json| {
        json.shown("at", &id.instant());
        json.shown("kept_until", &mail.expires);
        json.text("language", mail.lang.tag());
        json.text("subject", mail.subject.as_str());
        json.text("text", &mail.text);
    })
}
