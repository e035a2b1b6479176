//! What the operators' API says of data requests as JSON.

use desk_core::case::{AttachedFile, Message};
use desk_core::clock::regime::rules;
use desk_core::id::Id;
use desk_core::lang::Lang;
use desk_core::reference::{Reference, Series};
use desk_core::request::log::{Entry, Metrics, Outcome};
use desk_core::request::{
    RefusalGround, Request, RequestChange, RequestDoor, RequestKey, RequestState,
};
use desk_core::time::Timestamp;

use super::clock;
use super::queue::Row;
use desk_app::Desk;
use desk_app::clocks::Clocks;
use desk_core::json::Json;
use desk_documents::case::policy;
use desk_documents::due;

/// Writes what the queue says of a request.
fn item(json: &mut Json, base: &str, row: &Row, rows: &[Row]) {
    json.shown("id", &row.id);
    json.shown("reference", &Reference::new(Series::Requests, row.id));
    json.text("kind", row.kind.name());
    json.text("regime", row.regime.name());
    json.text("state", row.state);
    json.shown("received_at", &row.received);
    match &row.due {
        None => json.maybe("due", None),
        Some(due) => json.nest("due", |json| {
            json.shown("date", &due.day);
            json.shown("at", &due.at);
            json.flag("provisional", due.provisional);
            json.flag("resting", due.resting);
            json.integer("days_left", due.left.days);
            match due.left.working_days {
                Some(days) => json.number("working_days_left", days.into()),
                None => json.maybe("working_days_left", None),
            }
            json.flag("overdue", due.overdue);
        }),
    }
    json.flag("extended", row.extended);
    json.text("door", row.door.name());
    json.text("behalf", row.behalf.name());
    json.number("attachments", row.files);
    json.text("language", row.lang.tag());
    json.list("duplicates", |list| {
        for reference in row.duplicates(rows) {
            list.shown("", &reference);
        }
    });
    json.flag("leads", row.leads(rows));
    json.shown("url", &format_args!("{base}/console/api/requests/{}", row.id));
}

/// A page of the queue. `rows` are all that were opened, among which duplicates are found.
pub(super) fn queue(
    base: &str,
    listed: &[&Row],
    rows: &[Row],
    complete: bool,
    next: Option<(i64, Id)>,
) -> String {
    Json::object(|json| {
        json.list("requests", |list| {
            for row in listed {
                list.nest("", |json| item(json, base, row, rows));
            }
        });
        json.flag("complete", complete);
        if let Some((seconds, id)) = next {
            json.shown("next_cursor", &format_args!("{seconds}-{id}"));
        }
    })
}

/// What is said of a request once something was done with it.
pub(super) fn brief<S>(desk: &Desk<'_, S>, case: &Request) -> String {
    Json::object(|json| {
        json.shown("id", &case.id);
        json.shown("reference", &case.reference());
        json.text("state", case.state(desk.now()).name());
        json.shown(
            "url",
            &format_args!("{}/console/api/requests/{}", desk.setup.profile.base_url, case.id),
        );
    })
}

/// Everything about a request. The first row is its own.
pub(super) fn request<S>(
    desk: &Desk<'_, S>,
    clocks: &Clocks,
    rows: &[Row],
    key: &RequestKey,
    case: &Request,
    lang: Lang,
) -> String {
    let base = &desk.setup.profile.base_url;
    let now = desk.now();
    let opening = &case.opening;
    Json::object(|json| {
        if let Some(own) = rows.first() {
            item(json, base, own, rows);
        }
        json.shown("opened_at", &opening.at);
        json.shown("expires_at", &opening.expires);
        json.text("email", opening.email.as_str());
        json.maybe("name", opening.name.as_ref().map(|name| name.as_str()));
        if let RequestDoor::Feedback(id) = opening.door {
            json.shown("case", &format_args!("{base}/console/api/cases/{id}"));
        }
        policy(json, opening.policy.as_ref());
        identity(json, case, now);
        json.list("states", |list| {
            for (at, state) in case.states(now) {
                list.nest("", |json| {
                    json.text("state", state);
                    json.shown("at", &at);
                });
            }
        });
        files(json, &opening.files, &format!("{base}/console/api/requests/{}", key.id));
        thread(json, case);
        let pauses = case.pauses(now);
        json.list("pauses", |list| {
            for pause in &pauses {
                list.nest("", |json| {
                    json.text("cause", pause.cause.name());
                    json.shown("from", &pause.from);
                    json.maybe("to", pause.to.map(|to| to.to_string()).as_deref());
                });
            }
        });
        match &case.extension {
            None => json.maybe("extension", None),
            Some(extension) => json.nest("extension", |json| {
                json.shown("at", &extension.at);
                json.text("reason", extension.reason.as_str());
                json.shown("mail", &extension.notice);
            }),
        }
        json.list("clocks", |list| {
            for rule in rules(opening.regime, opening.kind.right()) {
                let clock = clock(clocks, rule, case, &pauses);
                let due = clock.due();
                list.nest("", |json| due::write(json, &clock, &due, lang));
            }
        });
        match case.package(now) {
            None => json.maybe("package", None),
            Some(package) => json.nest("package", |json| {
                json.shown("id", &package.id);
                json.shown("size", &package.size);
                json.shown("until", &package.until);
            }),
        }
    })
}

/// Writes what is attached to the request at an address.
fn files(json: &mut Json, files: &[AttachedFile], address: &str) {
    json.list("files", |list| {
        for (number, file) in (1..).zip(files) {
            list.nest("", |json| {
                json.text("media_type", file.kind.media_type());
                json.number("size", file.size);
                json.text("sha256", &file.sha256);
                json.shown("url", &format_args!("{address}/attachments/{number}"));
            });
        }
    });
}

/// Writes how it was proven who asks, or what is waited for.
fn identity(json: &mut Json, case: &Request, now: Timestamp) {
    match (case.identified, case.state(now)) {
        (Some((at, proof)), _) => json.nest("identity", |json| {
            json.text("proof", proof.name());
            json.shown("at", &at);
        }),
        (None, RequestState::AwaitingIdentity(awaiting)) => json.nest("identity", |json| {
            json.maybe("proof", None);
            json.shown("until", &awaiting.until);
            json.number("mails_left", awaiting.sends_left.into());
            json.number("tries_left", awaiting.tries_left.into());
        }),
        (None, _) => json.maybe("identity", None),
    }
}

/// Writes what was said, by whom, and to what end.
fn thread(json: &mut Json, case: &Request) {
    json.list("thread", |list| {
        if let Some(details) = &case.opening.details {
            entry(list, case.opening.at, "person", "request", details, |_| {});
        }
        for event in case.effective_events() {
            let at = event.id.instant();
            match &event.change {
                RequestChange::PersonWrote(text) => {
                    entry(list, at, "person", "message", text, |_| {})
                }
                RequestChange::OperatorWrote(text) => {
                    entry(list, at, "operator", "message", text, |_| {})
                }
                RequestChange::ClarificationAsked(text) => {
                    entry(list, at, "operator", "clarification", text, |_| {});
                }
                RequestChange::Extended { reason, .. } => {
                    entry(list, at, "operator", "extension", reason, |_| {});
                }
                RequestChange::Answered { text, partly } => {
                    let more = |json: &mut Json| json.flag("partly", *partly);
                    entry(list, at, "operator", "answer", text, more);
                }
                RequestChange::Refused { ground, text } => {
                    let more = |json: &mut Json| json.text("ground", ground.name());
                    entry(list, at, "operator", "refusal", text, more);
                }
                RequestChange::CodeSent(_)
                | RequestChange::CodeWrong
                | RequestChange::Identified(_)
                | RequestChange::Taken
                | RequestChange::Withdrawn
                | RequestChange::Packaged(_)
                | RequestChange::PackageDropped(_)
                | RequestChange::CodeHeld => {}
            }
        }
    });
}

fn entry(
    list: &mut Json,
    at: Timestamp,
    from: &str,
    what: &str,
    text: &Message,
    more: impl FnOnce(&mut Json),
) {
    list.nest("", |json| {
        json.text("from", from);
        json.text("what", what);
        json.shown("at", &at);
        json.text("text", text.as_str());
        more(json);
    });
}

/// The columns of the log, as members and as CSV has them.
pub(super) const COLUMNS: [&str; 11] = [
    "reference",
    "received",
    "kind",
    "regime",
    "manner",
    "due",
    "extended",
    "ended",
    "outcome",
    "ground",
    "late",
];

/// The cells of a line of the log; empty where there is nothing to say.
pub(super) fn cells(entry: &Entry) -> [String; 11] {
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let ground = match entry.outcome {
        Outcome::Refused(ground) => ground.name(),
        _ => "",
    };
    [
        Reference::new(Series::Requests, entry.id).to_string(),
        entry.received.to_string(),
        entry.kind.name().to_owned(),
        entry.regime.name().to_owned(),
        entry.door.name().to_owned(),
        instant(entry.due),
        entry.extended.to_string(),
        instant(entry.ended),
        entry.outcome.name().to_owned(),
        ground.to_owned(),
        entry.due.map(|_| entry.late.to_string()).unwrap_or_default(),
    ]
}

/// The log as JSON.
pub(super) fn log(entries: &[Entry]) -> String {
    Json::object(|json| {
        json.list("requests", |list| {
            for entry in entries {
                list.nest("", |json| {
                    for (name, cell) in COLUMNS.into_iter().zip(cells(entry)) {
                        match name {
                            "extended" => json.flag(name, entry.extended),
                            "late" if entry.due.is_some() => json.flag(name, entry.late),
                            _ => json.maybe(name, Some(&*cell).filter(|cell| !cell.is_empty())),
                        }
                    }
                });
            }
        });
    })
}

/// Writes counts.
pub(super) fn metrics(json: &mut Json, metrics: &Metrics) {
    json.number("received", metrics.received);
    json.number("complied", metrics.whole);
    json.number("complied_in_part", metrics.part);
    json.nest("denied", |json| {
        for (ground, count) in RefusalGround::ALL.into_iter().zip(metrics.denied) {
            json.number(ground.name(), count);
        }
    });
    json.number("withdrawn", metrics.withdrawn);
    json.number("expired", metrics.expired);
    json.number("open", metrics.open);
    json.number("overdue", metrics.overdue);
    json.number("late", metrics.late);
    json.tenths("median_days", metrics.median_tenths());
    json.tenths("mean_days", metrics.mean_tenths());
}
