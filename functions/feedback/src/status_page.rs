//! The pages behind a status link of feedback: the ticket, and the case as its person sees it.

use desk_core::case::{Case, CaseChange, CaseKey, CaseKind, CaseOpening, CaseState, Message};
use desk_core::clock::zone::Zone;
use desk_core::time::Timestamp;
use maud::{Markup, html};

use super::pages::faults;
use super::status::LastAction;
use crate::texts::{self, FeedbackTexts};
use desk_app::Desk;
use desk_app::Setup;
use desk_app::paths::status_path;
use desk_web::form::{self, Draft, Trouble};
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::problem::Problem;
use desk_web::request::{Locale, Request};

/// What the page of a case shows beside the case.
#[derive(Debug, Default)]
pub(super) struct StatusView<'a> {
    /// What the person has just done.
    pub(super) done: Option<LastAction>,
    /// The message that came back.
    pub(super) draft: Option<Draft<'a>>,
}

/// The page that gives out the ticket.
pub(super) fn received(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    key: &CaseKey,
    case: &Case,
) -> Markup {
    let t = texts::feedback(locale.lang);
    let kind = case.opening.kind;
    let path = status_path(setup, key);
    let title = (t.received_title)(kind);
    let main = html! {
        p.kicker { ((t.kind_short)(kind)) }
        h1 { (title) }
        div.ticket {
            p { (t.reference_hint) }
            (form::reference(case.reference()))
            p { strong { (t.link_title) } }
            p { code.whole { (setup.profile.base_url) (path) } }
            p { strong { (t.save_now) } " " (t.save_hint) }
        }
        div.actions {
            a.button href=(locale.href(&path)) { (t.saved) }
            a.button.quiet href=(format!("{path}/receipt.json")) download { (t.get_receipt) }
        }
        section {
            h2 { (t.next_title) }
            ol { @for step in t.next_steps { li { (step) } } }
        }
    };
    page::layout(
        &setup.profile,
        request,
        locale,
        Frame { title, place: Place::Elsewhere, switch: Switch::Here },
        main,
    )
}

/// The case as its person sees it.
pub(super) fn status<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: &CaseKey,
    case: &Case,
    view: &StatusView<'_>,
) -> Result<Markup, Problem> {
    let (setup, zone) = (desk.setup, desk.setup.zone()?);
    let t = texts::feedback(locale.lang);
    let kind = case.opening.kind;
    let path = status_path(setup, key);
    let heading = (t.status_title)(kind);
    let form = desk_web::texts::form(locale.lang);
    let draft = view.draft.as_ref();
    let title = match draft {
        Some(_) => format!("{}: {heading}", form.error),
        None => heading.to_owned(),
    };
    let open = case.state != CaseState::Withdrawn;
    let main = html! {
        p.kicker { ((t.kind_short)(kind)) }
        h1 { (heading) }
        @if let Some(draft) = draft {
            (faults(locale.lang, draft.trouble).summary(locale, draft.trouble, false))
        }
        @match view.done {
            Some(LastAction::Added) => div.notice.success role="status" { p { strong { (t.added) } " " (t.added_hint) } },
            Some(LastAction::Withdrawn) if !open => div.notice.success role="status" { p { strong { (t.withdrawn) } " " (t.withdrawn_hint) } },
            _ => {},
        }
        div.ticket {
            p { (form.reference_label) }
            (form::reference(case.reference()))
            (steps(t, case))
        }
        section id="conversation" {
            h2 { (form.thread_title) }
            (thread(setup, locale, &zone, case, &path))
            @if open {
                @let errors = faults(locale.lang, draft.map_or(Trouble::None, |draft| draft.trouble));
                (form::message_form(locale, &errors, draft, &desk.moment.id().to_string(), &path))
            }
        }
        section {
            h2 { (t.facts_title) }
            dl.facts {
                (facts(locale, &zone, &case.opening))
            }
            ul.links {
                li { a href=(format!("{path}/receipt.json")) download { (t.get_receipt) } }
                li { a href=(format!("{path}/case.json")) download { (t.get_case) } }
            }
        }
        (own_link(setup, locale, &path))
        @if open { (withdrawal(locale, kind, &path)) }
    };
    let switch = if request.method == http::Method::POST { Switch::None } else { Switch::Here };
    Ok(page::layout(
        &setup.profile,
        request,
        locale,
        Frame { title: &title, place: Place::Elsewhere, switch },
        main,
    ))
}

/// What was filed, when, under which policy, and until when it is kept.
fn facts(locale: Locale, zone: &Zone, opening: &CaseOpening) -> Markup {
    let (t, form) = (texts::feedback(locale.lang), desk_web::texts::form(locale.lang));
    html! {
        div { dt { (t.fact_kind) } dd { ((t.kind_label)(opening.kind)) } }
        div { dt { (t.fact_sent) } dd { (page::instant(locale.lang, zone, opening.at)) } }
        @if let Some(policy) = &opening.policy {
            div { dt { (t.fact_policy) } dd {
                a href=(locale.href(&format!("/policy/versions/{}", policy.version))) { (form.version) " " (policy.version) }
            } }
        }
        div { dt { (t.fact_until) } dd { time datetime=(opening.expires) { (locale.lang.date(zone.date(opening.expires))) } } }
    }
}

/// The secret link, to be kept.
fn own_link(setup: &Setup, locale: Locale, path: &str) -> Markup {
    let t = texts::feedback(locale.lang);
    html! {
        section {
            h2 { (t.link_title) }
            p { code.whole { (setup.profile.base_url) (path) } }
            p.hint { (t.link_hint) }
        }
    }
}

/// The way out.
fn withdrawal(locale: Locale, kind: CaseKind, path: &str) -> Markup {
    let t = texts::feedback(locale.lang);
    html! {
        section {
            h2 { (t.withdraw_title) }
            details {
                summary { ((t.withdraw_summary)(kind)) }
                p { (t.withdraw_hint) }
                form method="post" action=(locale.href(&format!("{path}/withdraw"))) {
                    button.danger { (t.withdraw_button) }
                }
            }
        }
    }
}

/// Where the case is now.
fn steps(t: &FeedbackTexts, case: &Case) -> Markup {
    const ROW: [CaseState; 4] =
        [CaseState::Received, CaseState::InProgress, CaseState::Answered, CaseState::Closed];
    html! {
        @if case.state == CaseState::Withdrawn {
            p { span.tag { ((t.state)(case.state)) } }
        } @else {
            ol.steps aria-label=(t.steps_label) {
                @for state in ROW {
                    li aria-current=[(state == case.state).then_some("step")] { ((t.state)(state)) }
                }
            }
        }
    }
}

fn thread(setup: &Setup, locale: Locale, zone: &Zone, case: &Case, path: &str) -> Markup {
    let t = desk_web::texts::form(locale.lang);
    let entry = |by_desk: bool, at: Timestamp, text: &Message, files: Markup| {
        let who = if by_desk { (t.by_desk)(&setup.profile.app_name) } else { t.by_you.to_owned() };
        form::message(by_desk, &who, page::instant(locale.lang, zone, at), text, files)
    };
    let opening = &case.opening;
    html! {
        ol.thread {
            (entry(false, opening.at, &opening.message, form::attached(locale.lang, &opening.files, path)))
            @for event in case.head.events() {
                @match &event.change {
                    CaseChange::PersonWrote { text } => (entry(false, event.id.instant(), text, html! {})),
                    CaseChange::OperatorReplied { text } => (entry(true, event.id.instant(), text, html! {})),
                    CaseChange::StateSet { .. } | CaseChange::Withdrawn => {},
                }
            }
        }
    }
}
