//! The pages of feedback: the form, the ticket, and the case as its person sees it.

use desk_core::case::{Case, CaseKey, Change, Kind, Message, State};
use desk_core::lang::Lang;
use desk_core::time::Timestamp;
use maud::{Markup, html};

use super::status_path;
use crate::desk::Desk;
use crate::fields::Fields;
use crate::form::{self, Draft, Errors, Trouble};
use crate::page::{self, Frame, Place, Switch};
use crate::request::{Locale, Request};
use crate::setup::Setup;
use crate::texts::{self, feedback::FeedbackTexts};

/// What a form was sent with, as it was written, so that nothing has to be typed twice.
#[derive(Debug, Default)]
pub(super) struct Kept {
    kind: String,
    message: String,
    name: String,
    email: String,
    app_version: String,
    language: String,
    files: bool,
}

impl Kept {
    pub(super) fn of(fields: &Fields) -> Self {
        let text = |name| fields.peek(name).unwrap_or_default().to_owned();
        Self {
            kind: text("kind"),
            message: text("message"),
            name: text("name"),
            email: text("email"),
            app_version: text("app_version"),
            language: text("language"),
            files: fields.has_file("file"),
        }
    }
}

/// What the form shows.
#[derive(Debug)]
pub(super) struct FormView<'a> {
    pub(super) token: String,
    pub(super) kept: &'a Kept,
    pub(super) trouble: Trouble<'a>,
    pub(super) lang: Lang,
}

/// What the page of a case shows beside the case.
#[derive(Debug, Default)]
pub(super) struct StatusView<'a> {
    /// What the person has just done.
    pub(super) done: Option<Done>,
    /// The message that came back.
    pub(super) draft: Option<Draft<'a>>,
}

/// What the form shows that nobody has filled in yet; an app may say its version in the address.
pub(super) fn empty(app_version: String) -> Kept {
    Kept { app_version, ..Kept::default() }
}

/// What the person has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Added,
    Withdrawn,
}

/// The form, empty or as it came back.
pub(super) fn form(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    view: &FormView<'_>,
) -> Markup {
    let all = texts::texts(locale.lang);
    let t = texts::feedback(locale.lang);
    let errors = faults(locale.lang, view.trouble);
    let form = texts::form(locale.lang);
    let failed = !matches!(view.trouble, Trouble::None);
    let kept = view.kept;
    let language = Lang::lookup(&kept.language).unwrap_or(view.lang);
    let optional = html! { " " span.optional { (form.optional) } };
    let main = html! {
        h1 { (t.form_title) }
        @if failed { (errors.summary(locale, view.trouble, kept.files)) } @else { p.lead { (t.form_lead) } }
        form method="post" action=(format!("{}#errors", locale.href("/feedback"))) enctype="multipart/form-data" novalidate {
            input type="hidden" name="token" value=(view.token);
            fieldset aria-describedby=[errors.of("kind").map(|_| "kind-error")] {
                legend { (t.kind_legend) }
                (errors.note("kind"))
                @for kind in Kind::ALL {
                    @let id = format!("kind-{}", kind.name());
                    div.choice {
                        input type="radio" id=(id) name="kind" value=(kind.name()) required
                            aria-describedby=(format!("{id}-hint")) checked[kept.kind == kind.name()];
                        label for=(id) { ((t.kind_label)(kind)) }
                        p.hint id=(format!("{id}-hint")) { ((t.kind_hint)(kind)) }
                    }
                }
            }
            div.field {
                label for="message" { (t.message_label) }
                p.hint id="message-hint" { (t.message_hint) }
                (errors.note("message"))
                textarea id="message" name="message" rows="8" required
                    aria-describedby=(errors.described("message", true)) aria-invalid=[errors.invalid("message")] {
                    // A browser drops one line end after the tag, which may be the person's own.
                    "\n" (kept.message)
                }
            }
            (form::files(&errors))
            (form::name(&errors, &kept.name))
            div.field {
                label for="email" { (t.email_label) (optional) }
                p.hint id="email-hint" { (t.email_hint) }
                (errors.note("email"))
                input type="email" id="email" name="email" autocomplete="email" value=(kept.email)
                    aria-describedby=(errors.described("email", true)) aria-invalid=[errors.invalid("email")];
            }
            div.field {
                label for="app_version" { (t.app_version_label) (optional) }
                (errors.note("app_version"))
                input id="app_version" name="app_version" autocomplete="off" value=(kept.app_version)
                    aria-describedby=[errors.of("app_version").map(|_| "app_version-error")]
                    aria-invalid=[errors.invalid("app_version")];
            }
            (form::language(&errors, language))
            (form::honeypot(locale.lang))
            p.hint { (t.sealed) " " a href=(locale.href("/policy")) { (all.nav_policy) } "." }
            div.actions { button { (form.send) } }
        }
    };
    let title = if failed {
        format!("{}: {}", form.error, t.form_title)
    } else {
        t.form_title.as_str().to_owned()
    };
    let switch = if request.method == http::Method::POST { Switch::None } else { Switch::Here };
    page::layout(
        setup,
        request,
        locale,
        Frame { title: &title, place: Place::Feedback, switch },
        main,
    )
}

/// What is wrong with a form of feedback.
fn faults<'a>(lang: Lang, trouble: Trouble<'a>) -> Errors<'a> {
    let words = texts::feedback(lang).field_error;
    Errors::new(lang, trouble.errors(), words, Kind::Question.name())
}

/// An instant for people: the date, and the time in UTC.
fn instant(lang: Lang, at: Timestamp) -> Markup {
    let (hour, minute, _) = at.time_of_day();
    let date = (texts::texts(lang).date)(at.date());
    html! { time datetime=(at) { (date) ", " (format!("{hour:02}:{minute:02}")) "\u{a0}UTC" } }
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
            p { code.whole { (setup.base_url) (path) } }
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
        setup,
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
) -> Markup {
    let setup = desk.setup;
    let t = texts::feedback(locale.lang);
    let kind = case.opening.kind;
    let path = status_path(setup, key);
    let heading = (t.status_title)(kind);
    let form = texts::form(locale.lang);
    let draft = view.draft.as_ref();
    let title = match draft {
        Some(_) => format!("{}: {heading}", form.error),
        None => heading.to_owned(),
    };
    let open = case.state != State::Withdrawn;
    let main = html! {
        p.kicker { ((t.kind_short)(kind)) }
        h1 { (heading) }
        @if let Some(draft) = draft {
            (faults(locale.lang, draft.trouble).summary(locale, draft.trouble, false))
        }
        @match view.done {
            Some(Done::Added) => div.notice.success role="status" { p { strong { (t.added) } " " (t.added_hint) } },
            Some(Done::Withdrawn) if !open => div.notice.success role="status" { p { strong { (t.withdrawn) } " " (t.withdrawn_hint) } },
            _ => {},
        }
        div.ticket {
            p { (form.reference_label) }
            (form::reference(case.reference()))
            (steps(t, case))
        }
        section id="conversation" {
            h2 { (form.thread_title) }
            (thread(setup, locale, case, &path))
            @if open {
                @let errors = faults(locale.lang, draft.map_or(Trouble::None, |draft| draft.trouble));
                (form::message_form(locale, &errors, draft, &desk.moment.id().to_string(), &path))
            }
        }
        section {
            h2 { (t.facts_title) }
            dl.facts {
                div { dt { (t.fact_kind) } dd { ((t.kind_label)(kind)) } }
                div { dt { (t.fact_sent) } dd { (instant(locale.lang, case.opening.at)) } }
                @if let Some(policy) = &case.opening.policy {
                    div { dt { (t.fact_policy) } dd {
                        a href=(locale.href(&format!("/policy/versions/{}", policy.version))) { (form.version) " " (policy.version) }
                    } }
                }
                div { dt { (t.fact_until) } dd { time datetime=(case.opening.expires) { ((texts::texts(locale.lang).date)(case.opening.expires.date())) } } }
            }
            ul.links {
                li { a href=(format!("{path}/receipt.json")) download { (t.get_receipt) } }
                li { a href=(format!("{path}/case.json")) download { (t.get_case) } }
            }
        }
        section {
            h2 { (t.link_title) }
            p { code.whole { (setup.base_url) (path) } }
            p.hint { (t.link_hint) }
        }
        @if open {
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
    };
    let switch = if request.method == http::Method::POST { Switch::None } else { Switch::Here };
    page::layout(
        setup,
        request,
        locale,
        Frame { title: &title, place: Place::Elsewhere, switch },
        main,
    )
}

/// Where the case is now.
fn steps(t: &FeedbackTexts, case: &Case) -> Markup {
    const ROW: [State; 4] = [State::Received, State::InProgress, State::Answered, State::Closed];
    html! {
        @if case.state == State::Withdrawn {
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

fn thread(setup: &Setup, locale: Locale, case: &Case, path: &str) -> Markup {
    let t = texts::form(locale.lang);
    let entry = |by_desk: bool, at: Timestamp, text: &Message, files: Markup| {
        let who = if by_desk { (t.by_desk)(&setup.app_name) } else { t.by_you.as_str().to_owned() };
        form::message(by_desk, &who, instant(locale.lang, at), text, files)
    };
    let opening = &case.opening;
    html! {
        ol.thread {
            (entry(false, opening.at, &opening.message, form::attached(locale.lang, &opening.files, path)))
            @for event in case.head.events() {
                @match &event.change {
                    Change::PersonWrote { text } => (entry(false, event.id.instant(), text, html! {})),
                    Change::OperatorReplied { text } => (entry(true, event.id.instant(), text, html! {})),
                    Change::StateSet { .. } | Change::Withdrawn => {},
                }
            }
        }
    }
}
