//! The form of feedback.

use desk_core::case::CaseKind;
use desk_core::lang::Lang;
use maud::{Markup, html};

use crate::texts::{self};
use desk_app::Setup;
use desk_web::fields::Fields;
use desk_web::form::{self, Errors, Trouble};
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::request::{Locale, Request};

/// What a form was sent with, as it was written, so that nothing has to be typed twice.
#[derive(Debug, Default)]
pub(super) struct FormValues {
    kind: String,
    message: String,
    name: String,
    email: String,
    app_version: String,
    language: String,
    files: bool,
}

impl FormValues {
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
    pub(super) kept: &'a FormValues,
    pub(super) trouble: Trouble<'a>,
    pub(super) lang: Lang,
}

/// What the form shows that nobody has filled in yet; an app may say its version in the address.
pub(super) fn empty(app_version: String) -> FormValues {
    FormValues { app_version, ..FormValues::default() }
}

/// The form, empty or as it came back.
pub(super) fn form(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    view: &FormView<'_>,
) -> Markup {
    let all = desk_web::texts::frame(locale.lang);
    let t = texts::feedback(locale.lang);
    let errors = faults(locale.lang, view.trouble);
    let form = desk_web::texts::form(locale.lang);
    let failed = !matches!(view.trouble, Trouble::None);
    let kept = view.kept;
    let language = Lang::lookup(&kept.language).unwrap_or(view.lang);
    let optional = html! { " " span.optional { (form.optional) } };
    let main = html! {
        h1 { (t.form_title) }
        @if failed { (errors.summary(locale, view.trouble, kept.files)) } @else { p.lead { (t.form_lead) } }
        form method="post" action=(format!("{}#errors", locale.href("/feedback"))) enctype="multipart/form-data" novalidate {
            input type="hidden" name="token" value=(view.token);
            (kinds(locale.lang, &errors, &kept.kind))
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
    let title =
        if failed { format!("{}: {}", form.error, t.form_title) } else { t.form_title.to_owned() };
    let switch = if request.method == http::Method::POST { Switch::None } else { Switch::Here };
    page::layout(
        &setup.profile,
        request,
        locale,
        Frame { title: &title, place: Place::Feedback, switch },
        main,
    )
}

/// The choice of what the feedback is.
fn kinds(lang: Lang, errors: &Errors<'_>, chosen: &str) -> Markup {
    let t = texts::feedback(lang);
    html! {
        fieldset aria-describedby=[errors.of("kind").map(|_| "kind-error")] {
            legend { (t.kind_legend) }
            (errors.note("kind"))
            @for kind in CaseKind::ALL {
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

/// What is wrong with a form of feedback.
pub(super) fn faults<'a>(lang: Lang, trouble: Trouble<'a>) -> Errors<'a> {
    let words = texts::feedback(lang).field_error;
    Errors::new(lang, trouble.errors(), words, CaseKind::Question.name())
}
