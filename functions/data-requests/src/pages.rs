//! The pages of data requests: the forms, the proof of identity, and the request as its person sees it.

use desk_core::clock::regime::Regime;
use desk_core::lang::Lang;
use desk_core::request::{Behalf, Request as Case, RequestDoor, RequestKind, RequestState};
use maud::{Markup, html};

use super::identity::IdentityNotice;
use crate::texts::{self, RequestTexts};
use desk_app::Setup;
use desk_web::fields::Fields;
use desk_web::form::{self, Errors, Trouble};
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::problem::Problem;
use desk_web::request::{Locale, Request};

/// What a form was sent with, as it was written, so that nothing has to be typed twice.
#[derive(Debug, Default)]
pub(super) struct FormValues {
    kind: String,
    email: String,
    name: String,
    details: String,
    behalf: String,
    regime: String,
    language: String,
    files: bool,
}

impl FormValues {
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
    pub(super) door: RequestDoor,
    pub(super) token: String,
    pub(super) kept: &'a FormValues,
    pub(super) trouble: Trouble<'a>,
}

pub(super) fn framed(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    title: &str,
    place: Place,
    main: Markup,
) -> Markup {
    let switch = if request.method == http::Method::POST { Switch::None } else { Switch::Here };
    page::layout(&setup.profile, request, locale, Frame { title, place, switch }, main)
}

/// What is wrong with a form of a request.
fn faults(lang: Lang, trouble: Trouble<'_>) -> Errors<'_> {
    let words = texts::requests(lang).field_error;
    Errors::new(lang, trouble.errors(), words, RequestKind::Access.name())
}

/// The form of a door, empty or as it came back.
pub(super) fn form(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    view: &FormView<'_>,
) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let app = &setup.profile.app_name;
    let (path, heading) = match view.door {
        RequestDoor::DeleteAccount => ("/delete-account", (t.delete_account_title)(app)),
        RequestDoor::DeleteData => ("/delete-data", (t.delete_data_title)(app)),
        RequestDoor::Form | RequestDoor::Api | RequestDoor::Feedback(_) => {
            ("/requests", t.form_title.to_owned())
        }
    };
    let errors = faults(locale.lang, view.trouble);
    let failed = !matches!(view.trouble, Trouble::None);
    let is_deletion = path != "/requests";
    let configured = setup.regime()?;
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
            @if view.door != RequestDoor::DeleteAccount { (details(t, locale, &errors, is_deletion, &kept.details)) }
            @if is_deletion {
                input type="hidden" name="language" value=(locale.lang);
            } @else {
                (form::name(&errors, &kept.name))
                (behalf(t, &errors, &kept.behalf))
                (form::files(&errors))
                (law(t, locale, &errors, Regime::from_name(&kept.regime).unwrap_or(configured)))
                (form::language(&errors, language))
            }
            p.hint { (t.free) " " a href=(locale.href("/policy")) { (desk_web::texts::frame(locale.lang).nav_policy) } "." }
            div.actions {
                button { (if is_deletion { t.delete_send } else { desk_web::texts::form(locale.lang).send }) }
            }
        }
        @if is_deletion { p { a href=(locale.href("/requests")) { (t.other_page) } } }
    };
    let title = match failed {
        true => format!("{}: {heading}", desk_web::texts::form(locale.lang).error),
        false => heading,
    };
    Ok(framed(setup, request, locale, &title, Place::Requests, main))
}

/// What the stores of apps want to be told before somebody asks for deletion: whose app it is, the steps, and what stays.
fn deletion(setup: &Setup, locale: Locale, door: RequestDoor) -> Markup {
    let t = texts::requests(locale.lang);
    let told = setup.deletion(locale.lang);
    let told = if told.is_empty() { t.deleted } else { told };
    html! {
        p.lead { ((t.delete_lead)(&setup.profile.app_name, &setup.developer(locale.lang))) }
        @if door == RequestDoor::DeleteAccount {
            ol { @for step in t.delete_account_steps { li { (step) } } }
        } @else {
            p { (t.delete_data_hint) }
        }
        div.notice {
            h2 { (t.deleted_title) }
            @for line in told.split('\n').filter(|line| !line.is_empty()) { p { (line) } }
        }
    }
}

fn kinds(t: &RequestTexts, errors: &Errors<'_>, chosen: &str) -> Markup {
    html! {
        fieldset aria-describedby=[errors.of("kind").map(|_| "kind-error")] {
            legend { (t.kind_legend) }
            (errors.note("kind"))
            @for kind in RequestKind::ALL {
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
            label for="details" { (label) " " span.optional { (desk_web::texts::form(locale.lang).optional) } }
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
    let name = desk_documents::texts::regime(locale.lang);
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

/// The form for the code, and what is wrong with what was entered.
fn code_form(locale: Locale, path: &str, fault: Option<&str>) -> Markup {
    let t = texts::requests(locale.lang);
    let described = if fault.is_some() { "code-hint code-error" } else { "code-hint" };
    html! {
        form method="post" action=(format!("{}#errors", locale.href(&format!("{path}/code")))) novalidate {
            div.field {
                label for="code" { (t.code_label) }
                p.hint id="code-hint" { (t.code_hint) }
                @if let Some(fault) = fault { p.error id="code-error" { (fault) } }
                input id="code" name="code" autocomplete="one-time-code" autocapitalize="characters"
                    spellcheck="false" required aria-describedby=(described) aria-invalid=[fault.map(|_| "true")];
            }
            div.actions { button { (t.code_send) } }
        }
    }
}

/// The page where a code can be entered. It shows nothing about the person: whoever filed the request may be another.
pub(super) fn pending(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    path: &str,
    (state, proven): (&RequestState, bool),
    said: IdentityNotice,
) -> Markup {
    let t = texts::requests(locale.lang);
    let bad = |text: &str| {
        html! { div.notice.bad id="errors" role="alert" { p { (text) } } }
    };
    let (heading, main) = match state {
        RequestState::AwaitingIdentity(awaiting) if awaiting.is_the_apps() => {
            let content = html! {
                p.lead { (t.asserted_lead) }
                section {
                    h2 { (t.asserted_mail) }
                    p { (t.asserted_hint) }
                    form method="post" action=(locale.href(&format!("{path}/resend"))) {
                        button.quiet { (t.asserted_button) }
                    }
                }
            };
            (t.asserted_title, content)
        }
        RequestState::AwaitingIdentity(awaiting) => {
            let fault = match said {
                IdentityNotice::NotACode(code) => Some((t.field_error)("code", code)),
                _ => None,
            };
            let content = html! {
                @match said {
                    IdentityNotice::Resent => div.notice.success role="status" { p { strong { (t.resent) } } },
                    IdentityNotice::Wrong(left) => (bad(&(t.code_wrong)(left))),
                    IdentityNotice::Locked => (bad(t.code_locked)),
                    IdentityNotice::TooLate => (bad(t.code_late)),
                    IdentityNotice::NoMoreMails => (bad(t.resend_none)),
                    IdentityNotice::NotACode(_) | IdentityNotice::Nothing => {},
                }
                p.lead { (if awaiting.tries_left > 0 { t.pending_lead } else { t.pending_link }) }
                p { (t.pending_why) }
                @if awaiting.tries_left > 0 { (code_form(locale, path, fault)) }
                @if awaiting.sends_left > 0 {
                    section {
                        h2 { (t.resend_title) }
                        p { (t.resend_hint) @if awaiting.tries_left > 0 { " " (t.resend_code) } }
                        form method="post" action=(locale.href(&format!("{path}/resend"))) {
                            button.quiet { (t.resend_button) }
                        }
                    }
                }
            };
            (t.pending_title, content)
        }
        _ if !proven => {
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
///
/// # Errors
/// A problem if the time zone is configured wrongly.
pub(super) fn confirm(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    case: &Case,
) -> Result<Markup, Problem> {
    let t = texts::requests(locale.lang);
    let received = locale.lang.date(setup.zone()?.date(case.opening.at));
    let action = locale.href(request.path());
    let main = html! {
        h1 { (t.confirm_title) }
        p.lead { (t.confirm_lead) }
        dl.facts {
            div { dt { (t.fact_kind) } dd { ((t.kind_label)(case.opening.kind)) } }
            @if let Some(details) = &case.opening.details {
                div { dt { (t.details_label) } dd { blockquote { (details.as_str()) } } }
            }
            div { dt { (t.fact_received) } dd { time datetime=(case.opening.at) { (received) } } }
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
