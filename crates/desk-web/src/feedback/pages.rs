//! The pages of feedback: the form, the ticket, and the case as its person sees it.

use desk_core::attachment::MAX_ATTACHMENTS;
use desk_core::case::{AttachedFile, Case, CaseKey, Change, Kind, Message, State};
use desk_core::lang::Lang;
use desk_core::reference::Reference;
use desk_core::time::Timestamp;
use http::StatusCode;
use maud::{Markup, html};

use super::status_path;
use super::submission::HONEYPOT;
use crate::desk::Desk;
use crate::fields::Fields;
use crate::headers;
use crate::page::{self, Frame, Place, Switch};
use crate::problem::{FieldError, Problem};
use crate::reply::Reply;
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

/// Why a form came back with what was written in it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trouble<'a> {
    /// It did not: it is shown for the first time.
    None,
    /// It was open for too long.
    Expired,
    /// Fields are wrong.
    Fields(&'a [FieldError]),
    /// Something that is no fault of what was written.
    Problem(&'a Problem),
}

impl<'a> Trouble<'a> {
    /// The trouble of a problem that the same text can be sent after once more.
    pub(super) fn of(problem: &'a Problem) -> Option<Self> {
        match problem {
            Problem::InvalidFields(errors) => Some(Self::Fields(errors)),
            Problem::TooManyRequests(_) | Problem::StoreUnavailable(_) | Problem::Internal(_) => {
                Some(Self::Problem(problem))
            }
            _ => None,
        }
    }

    /// The status of the page.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::None => StatusCode::OK,
            Self::Expired | Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Problem(problem) => problem.kind().status(),
        }
    }

    /// Sets the headers that go with the status.
    pub(super) fn headers(self, reply: Reply) -> Reply {
        match self {
            Self::Problem(Problem::TooManyRequests(limit)) => {
                limit.apply(reply).header(headers::RETRY_AFTER, &limit.reset.to_string())
            }
            Self::Problem(Problem::StoreUnavailable(_)) => reply.header(headers::RETRY_AFTER, "10"),
            _ => reply,
        }
    }

    const fn errors(self) -> &'a [FieldError] {
        match self {
            Self::Fields(errors) => errors,
            _ => &[],
        }
    }
}

/// What the page of a case shows beside the case.
#[derive(Debug, Default)]
pub(super) struct StatusView<'a> {
    /// What the person has just done.
    pub(super) done: Option<Done>,
    /// The message that came back.
    pub(super) draft: Option<Draft<'a>>,
}

/// A further message that could not be taken.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    /// The token of its form.
    pub(super) once: Option<&'a str>,
    pub(super) trouble: Trouble<'a>,
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
    let errors = Errors { all: view.trouble.errors(), t };
    let failed = !matches!(view.trouble, Trouble::None);
    let kept = view.kept;
    let language = Lang::lookup(&kept.language).unwrap_or(view.lang);
    let optional = html! { " " span.optional { (t.optional) } };
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
            fieldset {
                legend { (t.files_legend) (optional) }
                p.hint id="files-hint" { (t.files_hint) }
                (errors.note("file"))
                @for number in 0..MAX_ATTACHMENTS {
                    @let id = format!("file-{}", number + 1);
                    (errors.note(&format!("file/{number}")))
                    label.vh for=(id) { ((t.file_label)(number + 1)) }
                    input type="file" id=(id) name="file" accept="image/png,image/jpeg,application/pdf,text/plain"
                        aria-describedby=(errors.file_described(number))
                        aria-invalid=[errors.invalid(&format!("file/{number}"))];
                }
            }
            div.field {
                label for="name" { (t.name_label) (optional) }
                (errors.note("name"))
                input id="name" name="name" autocomplete="name" value=(kept.name)
                    aria-describedby=[errors.of("name").map(|_| "name-error")] aria-invalid=[errors.invalid("name")];
            }
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
            div.field {
                label for="language" { (t.language_label) }
                (errors.note("language"))
                select id="language" name="language"
                    aria-describedby=[errors.of("language").map(|_| "language-error")] aria-invalid=[errors.invalid("language")] {
                    @for lang in Lang::ALL {
                        option value=(lang) lang=(lang) selected[lang == language] { (lang.own_name()) }
                    }
                }
            }
            div.extra aria-hidden="true" {
                label for=(HONEYPOT) { (t.honeypot_label) }
                input id=(HONEYPOT) name=(HONEYPOT) tabindex="-1" autocomplete="off";
            }
            p.hint { (t.sealed) " " a href=(locale.href("/policy")) { (all.nav_policy) } "." }
            div.actions { button { (t.send) } }
        }
    };
    let title =
        if failed { format!("{}: {}", t.error, t.form_title) } else { t.form_title.to_owned() };
    let switch = if request.method == http::Method::POST { Switch::None } else { Switch::Here };
    page::layout(
        setup,
        request,
        locale,
        Frame { title: &title, place: Place::Feedback, switch },
        main,
    )
}

/// The faults of a form, where each belongs.
struct Errors<'a> {
    all: &'a [FieldError],
    t: &'a FeedbackTexts,
}

impl Errors<'_> {
    fn of(&self, field: &str) -> Option<&'static str> {
        self.all
            .iter()
            .find(|error| error.pointer.strip_prefix('/') == Some(field))
            .map(|error| error.code)
    }

    fn invalid(&self, field: &str) -> Option<&'static str> {
        self.of(field).map(|_| "true")
    }

    /// The words under a field's label.
    fn note(&self, field: &str) -> Markup {
        let id = format!("{}-error", control(field));
        html! {
            @if let Some(code) = self.of(field) {
                p.error id=(id) { span.vh { (self.t.error) ": " } ((self.t.field_error)(field, code)) }
            }
        }
    }

    fn described(&self, field: &str, hint: bool) -> String {
        let mut ids = if hint { format!("{field}-hint") } else { String::new() };
        if self.of(field).is_some() {
            ids.push_str(&format!(" {field}-error"));
        }
        ids
    }

    fn file_described(&self, number: usize) -> String {
        let field = format!("file/{number}");
        match self.of(&field) {
            Some(_) => format!("files-hint {}-error", control(&field)),
            None => "files-hint".to_owned(),
        }
    }

    /// The summary above the form: every fault, linked to its field.
    fn summary(&self, locale: Locale, trouble: Trouble<'_>, files: bool) -> Markup {
        let (t, all) = (self.t, texts::texts(locale.lang));
        let (heading, hint) = match trouble {
            Trouble::Problem(Problem::TooManyRequests(limit)) => {
                (t.not_sent.to_owned(), (all.come_back)(limit.reset))
            }
            Trouble::Problem(problem) => {
                (t.not_sent.to_owned(), (all.problem)(problem.kind()).detail.to_owned())
            }
            Trouble::Expired => (t.expired.to_owned(), t.expired_hint.to_owned()),
            Trouble::None | Trouble::Fields(_) => ((t.summary)(self.all.len()), String::new()),
        };
        html! {
            div.notice.bad id="errors" role="group" tabindex="-1" aria-labelledby="errors-title" {
                h2 id="errors-title" { (heading) }
                @if !self.all.is_empty() {
                    ul {
                        @for error in self.all {
                            @let field = error.pointer.trim_start_matches('/');
                            li {
                                a href=(format!("#{}", anchor(field))) { ((t.field_error)(field, error.code)) }
                            }
                        }
                    }
                }
                @if !hint.is_empty() { p { (hint) } }
                @if let Trouble::Problem(_) = trouble { p { (t.send_later) } }
                @if files { p { (t.files_again) } }
            }
        }
    }
}

/// The control that a field's fault belongs to.
fn control(field: &str) -> String {
    match field.strip_prefix("file/").and_then(|number| number.parse::<usize>().ok()) {
        Some(number) => format!("file-{}", number + 1),
        None => field.to_owned(),
    }
}

/// Where a fault's link leads: the control, for a group of radio buttons its first one.
fn anchor(field: &str) -> String {
    match field {
        "kind" => format!("kind-{}", Kind::Question.name()),
        "file" => "file-1".to_owned(),
        "message" | "name" | "email" | "app_version" | "language" => field.to_owned(),
        other if other.starts_with("file/") => control(other),
        _ => "main".to_owned(),
    }
}

/// The reference, in groups that wrap between each other and copy as one.
fn reference(reference: Reference) -> Markup {
    let text = reference.to_string();
    let groups: Vec<&str> = text.split_inclusive('-').collect();
    html! { p.ref translate="no" { @for group in groups { span { (group) } } } }
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
            (reference(case.reference()))
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
    let draft = view.draft.as_ref();
    let title = match draft {
        Some(_) => format!("{}: {heading}", t.error),
        None => heading.to_owned(),
    };
    let open = case.state != State::Withdrawn;
    let main = html! {
        p.kicker { ((t.kind_short)(kind)) }
        h1 { (heading) }
        @if let Some(draft) = draft {
            (Errors { all: draft.trouble.errors(), t }.summary(locale, draft.trouble, false))
        }
        @match view.done {
            Some(Done::Added) => div.notice.success role="status" { p { strong { (t.added) } " " (t.added_hint) } },
            Some(Done::Withdrawn) if !open => div.notice.success role="status" { p { strong { (t.withdrawn) } " " (t.withdrawn_hint) } },
            _ => {},
        }
        div.ticket {
            p { (t.reference_label) }
            (reference(case.reference()))
            (steps(t, case))
        }
        section id="conversation" {
            h2 { (t.thread_title) }
            (thread(setup, locale, case, &path))
            @if open { (message_form(desk, locale, draft, &path)) }
        }
        section {
            h2 { (t.facts_title) }
            dl.facts {
                div { dt { (t.fact_kind) } dd { ((t.kind_label)(kind)) } }
                div { dt { (t.fact_sent) } dd { (instant(locale.lang, case.opening.at)) } }
                @if let Some(policy) = &case.opening.policy {
                    div { dt { (t.fact_policy) } dd {
                        a href=(locale.href(&format!("/policy/versions/{}", policy.version))) { (t.version) " " (policy.version) }
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
    let t = texts::feedback(locale.lang);
    let entry = |desk: bool, at: Timestamp, text: &Message, files: Markup| {
        let (class, name) = if desk {
            (Some("desk"), (t.by_desk)(&setup.app_name))
        } else {
            (None, t.by_you.to_owned())
        };
        html! {
            li class=[class] {
                p.by { strong { (name) } ", " (instant(locale.lang, at)) }
                blockquote { (text.as_str()) }
                (files)
            }
        }
    };
    let opening = &case.opening;
    let files = html! {
        @if !opening.files.is_empty() {
            ul.files {
                @for (at, file) in opening.files.iter().enumerate() {
                    li {
                        a href=(format!("{path}/attachments/{}", at + 1)) download { ((t.file_label)(at + 1)) }
                        " " small { (size(t, file)) }
                    }
                }
            }
        }
    };
    html! {
        ol.thread {
            (entry(false, opening.at, &opening.message, files))
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

fn size(t: &FeedbackTexts, file: &AttachedFile) -> String {
    let name = file.kind.extension().to_ascii_uppercase();
    format!("{name}, {}\u{a0}{}", file.size.div_ceil(1024), t.kib)
}

/// The form for a further message. Multipart, for ten thousand characters may be too many for a body once most of them
/// are percent-encoded.
fn message_form<S>(
    desk: &Desk<'_, S>,
    locale: Locale,
    draft: Option<&Draft<'_>>,
    path: &str,
) -> Markup {
    let t = texts::feedback(locale.lang);
    let errors = Errors { all: draft.map_or(&[], |draft| draft.trouble.errors()), t };
    let action = format!("{}#errors", locale.href(&format!("{path}/messages")));
    let fresh = desk.moment.id("message").to_string();
    html! {
        form method="post" action=(action) enctype="multipart/form-data" novalidate {
            input type="hidden" name="once" value=(draft.and_then(|draft| draft.once).unwrap_or(&fresh));
            div.field {
                label for="message" { (t.add_label) }
                p.hint id="message-hint" { (t.add_hint) }
                (errors.note("message"))
                textarea id="message" name="message" rows="5" required
                    aria-describedby=(errors.described("message", true)) aria-invalid=[errors.invalid("message")] {
                    @if let Some(draft) = draft { "\n" (draft.text) }
                }
            }
            button { (t.send) }
        }
    }
}
