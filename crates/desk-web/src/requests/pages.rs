//! The pages of data requests: the forms, the proof of identity, and the request as its person sees it.

use desk_core::case::Message;
use desk_core::clock::regime::{self, Regime};
use desk_core::lang::Lang;
use desk_core::request::{Behalf, Change, Door, Kind, Request as Case, RequestKey, State};
use desk_core::time::Timestamp;
use maud::{Markup, html};

use super::identity::Said;
use super::{Done, clock};
use crate::desk::Desk;
use crate::fields::Fields;
use crate::form::{self, Draft, Errors, Trouble};
use crate::notices::request_path;
use crate::page::{self, Frame, Place, Switch};
use crate::problem::Problem;
use crate::request::{Locale, Request};
use crate::setup::Setup;
use crate::texts::{self, requests::RequestTexts};

/// What a form was sent with, as it was written, so that nothing has to be typed twice.
#[derive(Debug, Default)]
pub(super) struct Kept {
    kind: String,
    email: String,
    name: String,
    details: String,
    behalf: String,
    regime: String,
    language: String,
    files: bool,
}

impl Kept {
    pub(super) fn of(fields: &Fields) -> Self {
        let text = |name| fields.peek(name).unwrap_or_default().to_owned();
        Self {
            kind: text("kind"),
            email: text("email"),
            name: text("name"),
            details: text("details"),
            behalf: text("behalf"),
            regime: text("regime"),
            language: text("language"),
            files: fields.has_file("file"),
        }
    }
}

/// What the form shows.
#[derive(Debug)]
pub(super) struct FormView<'a> {
    pub(super) door: Door,
    pub(super) token: String,
    pub(super) kept: &'a Kept,
    pub(super) trouble: Trouble<'a>,
}

/// What the page of a request shows beside the request.
#[derive(Debug, Default)]
pub(super) struct StatusView<'a> {
    /// What the person has just done.
    pub(super) done: Option<Done>,
    /// The message that came back.
    pub(super) draft: Option<Draft<'a>>,
    /// What is wrong with the key of the package.
    pub(super) secret: Option<&'static str>,
}

fn framed(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    title: &str,
    place: Place,
    main: Markup,
) -> Markup {
    let switch = if request.method == http::Method::POST { Switch::None } else { Switch::Here };
    page::layout(setup, request, locale, Frame { title, place, switch }, main)
}

/// What is wrong with a form of a request.
fn faults(lang: Lang, trouble: Trouble<'_>) -> Errors<'_> {
    let words = texts::requests(lang).field_error;
    Errors::new(lang, trouble.errors(), words, Kind::Access.name())
}

/// The form of a door, empty or as it came back.
pub(super) fn form(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    view: &FormView<'_>,
) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let app = &setup.app_name;
    let (path, heading) = match view.door {
        Door::DeleteAccount => ("/delete-account", (t.delete_account_title)(app)),
        Door::DeleteData => ("/delete-data", (t.delete_data_title)(app)),
        Door::Form | Door::Api | Door::Feedback(_) => ("/requests", t.form_title.to_owned()),
    };
    let errors = faults(locale.lang, view.trouble);
    let failed = !matches!(view.trouble, Trouble::None);
    let is_deletion = path != "/requests";
    let configured = setup.clocks()?.regime;
    let kept = view.kept;
    let language = Lang::lookup(&kept.language).unwrap_or(locale.lang);
    let main = html! {
        h1 { (heading) }
        @if failed { (errors.summary(locale, view.trouble, kept.files)) }
        @if is_deletion {
            (deletion(setup, locale, view.door))
        } @else if !failed {
            p.lead { (t.form_lead) }
        }
        form method="post" action=(format!("{}#errors", locale.href(path))) enctype="multipart/form-data" novalidate {
            input type="hidden" name="token" value=(view.token);
            @if !is_deletion { (kinds(t, &errors, &kept.kind)) }
            div.field {
                label for="email" { (t.email_label) }
                p.hint id="email-hint" { (t.email_hint) }
                (errors.note("email"))
                input type="email" id="email" name="email" autocomplete="email" required value=(kept.email)
                    aria-describedby=(errors.described("email", true)) aria-invalid=[errors.invalid("email")];
            }
            @if view.door != Door::DeleteAccount { (details(t, locale, &errors, is_deletion, &kept.details)) }
            @if is_deletion {
                input type="hidden" name="language" value=(locale.lang);
            } @else {
                (form::name(&errors, &kept.name))
                (behalf(t, &errors, &kept.behalf))
                (form::files(&errors))
                (law(t, locale, &errors, Regime::from_name(&kept.regime).unwrap_or(configured)))
                (form::language(&errors, language))
            }
            p.hint { (t.free) " " a href=(locale.href("/policy")) { (texts::texts(locale.lang).nav_policy) } "." }
            div.actions {
                button { (if is_deletion { t.delete_send } else { texts::form(locale.lang).send }) }
            }
        }
        @if is_deletion { p { a href=(locale.href("/requests")) { (t.other_page) } } }
    };
    let title = match failed {
        true => format!("{}: {heading}", texts::form(locale.lang).error),
        false => heading,
    };
    Ok(framed(setup, request, locale, &title, Place::Requests, main))
}

/// What the stores of apps want to be told before somebody asks for deletion: whose app it is, the steps, and what stays.
fn deletion(setup: &Setup, locale: Locale, door: Door) -> Markup {
    let t = texts::requests(locale.lang);
    let told = setup.deletion(locale.lang);
    let told = if told.is_empty() { t.deleted } else { told };
    html! {
        p.lead { ((t.delete_lead)(&setup.app_name, &setup.developer(locale.lang))) }
        @if door == Door::DeleteAccount {
            ol { @for step in t.delete_account_steps { li { (step) } } }
        } @else {
            p { (t.delete_data_hint) }
        }
        section.notice {
            h2 { (t.deleted_title) }
            @for line in told.lines().filter(|line| !line.trim().is_empty()) { p { (line) } }
        }
    }
}

fn kinds(t: &RequestTexts, errors: &Errors<'_>, chosen: &str) -> Markup {
    html! {
        fieldset aria-describedby=[errors.of("kind").map(|_| "kind-error")] {
            legend { (t.kind_legend) }
            (errors.note("kind"))
            @for kind in Kind::ALL {
                @let id = format!("kind-{}", kind.name());
                div.choice {
                    input type="radio" id=(id) name="kind" value=(kind.name()) required
                        aria-describedby=(format!("{id}-hint")) checked[chosen == kind.name()];
                    label for=(id) { ((t.kind_label)(kind)) }
                    p.hint id=(format!("{id}-hint")) { ((t.kind_hint)(kind)) }
                }
            }
        }
    }
}

fn details(
    t: &RequestTexts,
    locale: Locale,
    errors: &Errors<'_>,
    is_deletion: bool,
    written: &str,
) -> Markup {
    let (label, hint) = match is_deletion {
        true => (t.delete_details_label, t.delete_details_hint),
        false => (t.details_label, t.details_hint),
    };
    html! {
        div.field {
            label for="details" { (label) " " span.optional { (texts::form(locale.lang).optional) } }
            p.hint id="details-hint" { (hint) }
            (errors.note("details"))
            textarea id="details" name="details" rows="6"
                aria-describedby=(errors.described("details", true)) aria-invalid=[errors.invalid("details")] {
                // A browser drops one line end after the tag, which may be the person's own.
                "\n" (written)
            }
        }
    }
}

fn behalf(t: &RequestTexts, errors: &Errors<'_>, chosen: &str) -> Markup {
    let represented = chosen == Behalf::Represented.name();
    html! {
        fieldset aria-describedby=[errors.of("behalf").map(|_| "behalf-error")] {
            legend { (t.behalf_legend) }
            (errors.note("behalf"))
            @for (behalf, checked) in [(Behalf::Own, !represented), (Behalf::Represented, represented)] {
                @let id = format!("behalf-{}", behalf.name());
                div.choice {
                    input type="radio" id=(id) name="behalf" value=(behalf.name()) checked[checked]
                        aria-describedby=[(behalf == Behalf::Represented).then_some("behalf-hint")];
                    label for=(id) { ((t.behalf_label)(behalf)) }
                    @if behalf == Behalf::Represented { p.hint id="behalf-hint" { (t.behalf_hint) } }
                }
            }
        }
    }
}

fn law(t: &RequestTexts, locale: Locale, errors: &Errors<'_>, chosen: Regime) -> Markup {
    let name = texts::clock(locale.lang).regime;
    html! {
        div.field {
            label for="regime" { (t.regime_label) }
            p.hint id="regime-hint" { (t.regime_hint) }
            (errors.note("regime"))
            select id="regime" name="regime" aria-describedby=(errors.described("regime", true))
                aria-invalid=[errors.invalid("regime")] {
                @for regime in Regime::ALL {
                    option value=(regime.name()) selected[regime == chosen] { (name(regime)) }
                }
            }
        }
    }
}

/// The page where a code can be entered. It shows nothing about the person: whoever filed the request may be another.
pub(super) fn pending(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    path: &str,
    state: &State,
    said: Said,
) -> Markup {
    let t = texts::requests(locale.lang);
    let bad = |text: &str| {
        html! { div.notice.bad id="errors" role="alert" { p { (text) } } }
    };
    let (heading, main) = match state {
        State::AwaitingIdentity(awaiting) => {
            let fault = match said {
                Said::NotACode(code) => Some((t.field_error)("code", code)),
                _ => None,
            };
            let content = html! {
                @match said {
                    Said::Resent => div.notice.success role="status" { p { strong { (t.resent) } } },
                    Said::Wrong(left) => (bad(&(t.code_wrong)(left))),
                    Said::Locked => (bad(t.code_locked)),
                    Said::TooLate => (bad(t.code_late)),
                    Said::NoMoreMails => (bad(t.resend_none)),
                    Said::NotACode(_) | Said::Nothing => {},
                }
                p.lead { (t.pending_lead) }
                p { (t.pending_why) }
                @if awaiting.tries_left > 0 {
                    form method="post" action=(format!("{}#errors", locale.href(&format!("{path}/code")))) novalidate {
                        div.field {
                            label for="code" { (t.code_label) }
                            p.hint id="code-hint" { (t.code_hint) }
                            @if let Some(fault) = fault { p.error id="code-error" { (fault) } }
                            input id="code" name="code" autocomplete="one-time-code" autocapitalize="characters"
                                spellcheck="false" required
                                aria-describedby=(if fault.is_some() { "code-hint code-error" } else { "code-hint" })
                                aria-invalid=[fault.map(|_| "true")];
                        }
                        div.actions { button { (t.code_send) } }
                    }
                }
                @if awaiting.sends_left > 0 {
                    section {
                        h2 { (t.resend_title) }
                        p { (t.resend_hint) }
                        form method="post" action=(locale.href(&format!("{path}/resend"))) {
                            button.quiet { (t.resend_button) }
                        }
                    }
                }
            };
            (t.pending_title, content)
        }
        State::Withdrawn { .. } | State::Expired { .. } => {
            let content = html! {
                p { (t.pending_over) }
                div.actions { a.button href=(locale.href("/requests")) { (t.form_title) } }
            };
            (t.pending_over_title, content)
        }
        _ => (t.pending_done_title, html! { p { (t.pending_done) } }),
    };
    let main = html! { h1 { (heading) } (main) };
    framed(setup, request, locale, heading, Place::Elsewhere, main)
}

/// The page behind the mailed link: what was asked for, and two buttons.
pub(super) fn confirm(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    case: &Case,
) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let action = locale.href(request.path());
    let main = html! {
        h1 { (t.confirm_title) }
        p.lead { (t.confirm_lead) }
        dl.facts {
            div { dt { (t.fact_kind) } dd { ((t.kind_label)(case.opening.kind)) } }
            @if let Some(details) = &case.opening.details {
                div { dt { (t.details_label) } dd { blockquote { (details.as_str()) } } }
            }
            div { dt { (t.fact_received) } dd { (instant(setup, locale.lang, case.opening.at)?) } }
        }
        div.actions {
            form method="post" action=(action) { button { (t.confirm_button) } }
            form method="post" action=(locale.href(&format!("{}/not-me", request.path()))) {
                button.quiet { (t.confirm_not_me) }
            }
        }
    };
    Ok(framed(setup, request, locale, t.confirm_title, Place::Elsewhere, main))
}

/// The page after somebody said that it was not them.
pub(super) fn not_me(setup: &Setup, request: &Request, locale: Locale) -> Markup {
    let t = texts::requests(locale.lang);
    let main = html! { h1 { (t.not_me_title) } p { (t.not_me) } };
    framed(setup, request, locale, t.not_me_title, Place::Elsewhere, main)
}

/// An instant for people: the date and the time in the operator's zone, where days begin and end.
fn instant(setup: &Setup, lang: Lang, at: Timestamp) -> Result<Markup, Problem> {
    let zone = &setup.clocks()?.zone;
    let date = (texts::texts(lang).date)(zone.date(at));
    let time = zone.time(at);
    Ok(html! { time datetime=(zone.rfc3339(at)) { (date) ", " (time) } })
}

/// The request as its person sees it.
pub(super) fn status<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: &RequestKey,
    case: &Case,
    view: &StatusView<'_>,
) -> Result<Markup, Problem> {
    let (setup, now) = (desk.setup, desk.now());
    let t = texts::requests(locale.lang);
    let path = request_path(setup, key);
    let heading = (t.kind_title)(case.opening.kind);
    let draft = view.draft.as_ref();
    let state = case.state(now);
    let is_open = case.open(now).is_ok();
    let failed = draft.is_some() || view.secret.is_some();
    let main = html! {
        h1 { (heading) }
        @if let Some(draft) = draft {
            (faults(locale.lang, draft.trouble).summary(locale, draft.trouble, false))
        }
        (done(t, view.done))
        @if let State::AwaitingClarification { .. } = &state {
            div.notice.warning {
                p { strong { (t.asked_title) } " " a href="#conversation" { (t.asked_hint) } }
            }
        }
        div.ticket {
            p { (t.reference_hint) }
            (form::reference(case.reference()))
            (steps(t, &state))
        }
        (due(setup, locale, case, now)?)
        (package(setup, locale, case, view, &path, now)?)
        section id="conversation" {
            h2 { (texts::form(locale.lang).thread_title) }
            (thread(setup, locale, case, &path)?)
            @if is_open {
                @let errors = faults(locale.lang, draft.map_or(Trouble::None, |draft| draft.trouble));
                (form::message_form(locale, &errors, draft, &desk.moment.id("message").to_string(), &path))
            }
        }
        (facts(setup, locale, case, &path)?)
        section {
            h2 { (t.complain_title) }
            p { (t.complain_us) " " a href=(locale.href("/feedback")) { (t.complain_us_link) } "." }
            p { (texts::complain::complain(locale.lang)(case.opening.regime)) }
        }
        section {
            h2 { (t.link_title) }
            p { code.whole { (setup.base_url) (path) } }
            p.hint { (t.link_hint) }
        }
        @if is_open {
            section {
                h2 { (t.withdraw_title) }
                details {
                    summary { (t.withdraw_summary) }
                    p { (t.withdraw_hint) }
                    form method="post" action=(locale.href(&format!("{path}/withdraw"))) {
                        button.danger { (t.withdraw_button) }
                    }
                }
            }
        }
    };
    let title = match failed {
        true => format!("{}: {heading}", texts::form(locale.lang).error),
        false => heading.to_owned(),
    };
    Ok(framed(setup, request, locale, &title, Place::Elsewhere, main))
}

fn done(t: &RequestTexts, done: Option<Done>) -> Markup {
    let (text, save) = match done {
        Some(Done::Received) => (t.received, true),
        Some(Done::Confirmed) => (t.confirmed, true),
        Some(Done::Added) => (t.added, false),
        Some(Done::Withdrawn) => (t.withdrawn, false),
        None => return html! {},
    };
    html! {
        div.notice.success role="status" {
            p { strong { (text) } @if save { " " (t.save_link) } }
        }
    }
}

/// Where the request is now.
fn steps(t: &RequestTexts, state: &State) -> Markup {
    let at = match state {
        State::Received => 0,
        State::InProgress | State::Extended | State::AwaitingClarification { .. } => 1,
        State::Answered { .. } => 2,
        State::AwaitingIdentity(_)
        | State::Refused { .. }
        | State::Withdrawn { .. }
        | State::Expired { .. } => return html! { p { span.tag { ((t.state)(state.name())) } } },
    };
    html! {
        ol.steps {
            @for (number, step) in t.steps.into_iter().enumerate() {
                li aria-current=[(number == at).then_some("step")] { (step) }
            }
        }
    }
}

/// Until when the answer is due, and how that was counted.
fn due(setup: &Setup, locale: Locale, case: &Case, now: Timestamp) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let Some(rule) = regime::leading(case.opening.regime, case.opening.kind.right()) else {
        return Ok(html! {});
    };
    let due = clock::by_rule(setup, case, rule, now, |clock| clock.due())?;
    let zone = &setup.clocks()?.zone;
    let words = texts::clock(locale.lang);
    let day = (words.day)(due.last_day);
    let ended = case.state(now).ended();
    let late = due.is_overdue(ended.unwrap_or(now));
    Ok(html! {
        section {
            h2 { (t.due_title) }
            p.lead {
                @if rule.term.is_at_once() {
                    (t.due_at_once)
                } @else if ended.is_some() {
                    ((t.due_was)(&day))
                } @else {
                    strong { time datetime=(due.last_day) { ((t.due_by)(&day)) } }
                }
            }
            @if ended.is_none() && due.is_resting() { p { (t.due_resting) } }
            @if ended.is_none() && due.provisional { p { (t.due_provisional) } }
            @if late { div.notice.warning { p { (t.due_late) } } }
            @if let Some(extension) = &case.extension {
                p { strong { (t.extended_title) ":" } " " (extension.reason.as_str()) }
            }
            details {
                summary { (t.due_why) }
                ol { @for step in &due.steps { li { ((words.step)(step, rule, zone)) } } }
            }
        }
    })
}

fn package(
    setup: &Setup,
    locale: Locale,
    case: &Case,
    view: &StatusView<'_>,
    path: &str,
    now: Timestamp,
) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let Some(package) = case.package(now) else { return Ok(html! {}) };
    let until = (texts::texts(locale.lang).date)(setup.clocks()?.zone.date(package.until));
    let size = format!("{}\u{a0}{}", package.size.div_ceil(1024), texts::form(locale.lang).kib);
    let fault = view.secret.map(|code| (t.field_error)("secret", code));
    Ok(html! {
        section id="package" {
            h2 { (t.package_title) }
            p { ((t.package_lead)(&size, &until)) }
            form method="post" action=(format!("{}#package", locale.href(&format!("{path}/package")))) novalidate {
                div.field {
                    label for="secret" { (t.secret_label) }
                    p.hint id="secret-hint" { (t.secret_hint) }
                    @if let Some(fault) = fault { p.error id="secret-error" { (fault) } }
                    input id="secret" name="secret" autocomplete="off" autocapitalize="characters" spellcheck="false"
                        required aria-invalid=[fault.map(|_| "true")]
                        aria-describedby=(if fault.is_some() { "secret-hint secret-error" } else { "secret-hint" });
                }
                div.actions { button { (t.package_get) } }
            }
        }
    })
}

fn facts(setup: &Setup, locale: Locale, case: &Case, path: &str) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let opening = &case.opening;
    let until = (texts::texts(locale.lang).date)(setup.clocks()?.zone.date(opening.expires));
    Ok(html! {
        section {
            h2 { (t.facts_title) }
            dl.facts {
                div { dt { (t.fact_kind) } dd { ((t.kind_label)(opening.kind)) } }
                div { dt { (t.fact_law) } dd { ((texts::clock(locale.lang).regime)(opening.regime)) } }
                div { dt { (t.fact_received) } dd { (instant(setup, locale.lang, opening.at)?) } }
                @if let Some((at, _)) = case.identified {
                    div { dt { (t.fact_identified) } dd { (instant(setup, locale.lang, at)?) } }
                }
                @if let Some(policy) = &opening.policy {
                    div { dt { (t.fact_policy) } dd {
                        a href=(locale.href(&format!("/policy/versions/{}", policy.version))) {
                            (texts::form(locale.lang).version) " " (policy.version)
                        }
                    } }
                }
                div { dt { (t.fact_until) } dd { time datetime=(opening.expires) { (until) } } }
            }
            ul.links {
                li { a href=(format!("{path}/receipt.json")) download { (t.get_receipt) } }
                li { a href=(format!("{path}/request.json")) download { (t.get_json) } }
            }
        }
    })
}

fn thread(setup: &Setup, locale: Locale, case: &Case, path: &str) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let f = texts::form(locale.lang);
    let entry = |by_desk: bool, at: Timestamp, text: &Message, beside: Markup| {
        let who = if by_desk { (f.by_desk)(&setup.app_name) } else { f.by_you.to_owned() };
        let when = instant(setup, locale.lang, at)?;
        Ok::<_, Problem>(form::message(by_desk, &who, when, text, beside))
    };
    let opening = &case.opening;
    let files = form::attached(locale.lang, &opening.files, path);
    let none = || html! {};
    let mut entries: Vec<Markup> = Vec::new();
    match &opening.details {
        Some(details) => entries.push(entry(false, opening.at, details, files)?),
        None if !opening.files.is_empty() => entries.push(html! { li { (files) } }),
        None => {}
    }
    for event in case.head.events() {
        let at = event.id.instant();
        entries.push(match &event.change {
            Change::PersonWrote(text) => entry(false, at, text, none())?,
            Change::OperatorWrote(text) | Change::ClarificationAsked(text) => {
                entry(true, at, text, none())?
            }
            Change::Answered { text, partly } => {
                let partly = html! { @if *partly { p.hint { (t.answered_partly) } } };
                entry(true, at, text, partly)?
            }
            Change::Refused { ground, text } => {
                let ground = html! { p.hint { (t.ground_title) ": " ((t.ground)(*ground)) } };
                entry(true, at, text, ground)?
            }
            _ => continue,
        });
    }
    Ok(html! { ol.thread { @for entry in entries { (entry) } } })
}
