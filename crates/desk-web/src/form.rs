//! Forms that come back: what was wrong with them, told above the form and beside each field.

use desk_core::attachment::MAX_ATTACHMENTS;
use desk_core::case::{AttachedFile, Message};
use desk_core::lang::Lang;
use desk_core::reference::Reference;
use http::StatusCode;
use maud::{Markup, html};

use crate::problem::{FieldError, Problem};
use crate::reply::Reply;
use crate::request::Locale;
use crate::texts::{self, FormTexts};
use http::header;

/// Why a form came back with what was written in it.
#[derive(Clone, Copy, Debug)]
pub enum Trouble<'a> {
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
    pub fn of(problem: &'a Problem) -> Option<Self> {
        match problem {
            Problem::InvalidFields(errors) => Some(Self::Fields(errors)),
            Problem::TooManyRequests(_) | Problem::StoreUnavailable(_) | Problem::Internal(_) => {
                Some(Self::Problem(problem))
            }
            _ => None,
        }
    }

    /// The status of the page.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::None => StatusCode::OK,
            Self::Expired | Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Problem(problem) => problem.kind().status(),
        }
    }

    /// Sets the headers that go with the status.
    pub fn headers(self, reply: Reply) -> Reply {
        match self {
            Self::Problem(Problem::TooManyRequests(limit)) => {
                limit.apply(reply).header(header::RETRY_AFTER, limit.reset.to_string())
            }
            Self::Problem(Problem::StoreUnavailable(_)) => reply.header(header::RETRY_AFTER, "10"),
            _ => reply,
        }
    }

    /// The faults.
    pub const fn errors(self) -> &'a [FieldError] {
        match self {
            Self::Fields(errors) => errors,
            _ => &[],
        }
    }
}

/// The faults of a form, where each belongs.
pub struct Errors<'a> {
    all: &'a [FieldError],
    t: &'static FormTexts,
    /// The words for a fault: field, code.
    words: fn(&str, &str) -> &'static str,
    /// The first of the radio buttons that choose the kind.
    first_kind: &'static str,
}

impl<'a> Errors<'a> {
    /// The faults of a form in this language, where `words` says what is wrong, and `first_kind` is what its first radio
    /// button says.
    pub fn new(
        lang: Lang,
        all: &'a [FieldError],
        words: fn(&str, &str) -> &'static str,
        first_kind: &'static str,
    ) -> Self {
        Self { all, t: texts::form(lang), words, first_kind }
    }

    /// The code of a field's fault.
    pub fn of(&self, field: &str) -> Option<&'static str> {
        self.all
            .iter()
            .find(|error| error.pointer.strip_prefix('/') == Some(field))
            .map(|error| error.code)
    }

    /// Whether a field is invalid, as `aria-invalid` has it.
    pub fn invalid(&self, field: &str) -> Option<&'static str> {
        self.of(field).map(|_| "true")
    }

    /// The words under a field's label.
    pub fn note(&self, field: &str) -> Markup {
        html! {
            @if let Some(code) = self.of(field) {
                p.error id=(format!("{}-error", control(field))) { span.vh { (self.t.error) ": " } ((self.words)(field, code)) }
            }
        }
    }

    /// What describes a field: its hint, and what is wrong with it.
    pub fn described(&self, field: &str, hint: bool) -> String {
        let hint = if hint { format!("{field}-hint") } else { String::new() };
        if self.of(field).is_some() { format!("{hint} {field}-error") } else { hint }
    }

    /// The same for one of the files.
    pub fn file_described(&self, number: usize) -> String {
        let field = format!("file/{number}");
        match self.of(&field) {
            Some(_) => format!("files-hint {}-error", control(&field)),
            None => "files-hint".to_owned(),
        }
    }

    /// Where a fault's link leads: the control, for a group of radio buttons its first one.
    fn anchor(&self, error: &FieldError) -> String {
        match error.pointer.trim_start_matches('/') {
            _ if error.code == "unknown-field" => "#main".to_owned(),
            "kind" => format!("#kind-{}", self.first_kind),
            "file" => "#file-1".to_owned(),
            field => format!("#{}", control(field)),
        }
    }

    /// The summary above the form: every fault, linked to its field.
    pub fn summary(&self, locale: Locale, trouble: Trouble<'_>, files: bool) -> Markup {
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
                                a href=(self.anchor(error)) { ((self.words)(field, error.code)) }
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
pub fn control(field: &str) -> String {
    match field.strip_prefix("file/").and_then(|number| number.parse::<usize>().ok()) {
        Some(number) => format!("file-{}", number + 1),
        None => field.to_owned(),
    }
}

/// The reference, in groups that wrap between each other and copy as one.
pub fn reference(reference: Reference) -> Markup {
    let text = reference.text();
    html! { p.ref translate="no" { @for group in text.split_inclusive('-') { span { (group) } } } }
}

/// The inputs for files.
pub fn files(errors: &Errors<'_>) -> Markup {
    let t = errors.t;
    html! {
        fieldset aria-describedby=[errors.of("file").map(|_| "file-error")] {
            legend { (t.files_legend) " " span.optional { (t.optional) } }
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
    }
}

/// The input for the person's name.
pub fn name(errors: &Errors<'_>, written: &str) -> Markup {
    let t = errors.t;
    html! {
        div.field {
            label for="name" { (t.name_label) " " span.optional { (t.optional) } }
            (errors.note("name"))
            input id="name" name="name" autocomplete="name" value=(written)
                aria-describedby=[errors.of("name").map(|_| "name-error")] aria-invalid=[errors.invalid("name")];
        }
    }
}

/// The choice of the language of the answer.
pub fn language(errors: &Errors<'_>, chosen: Lang) -> Markup {
    html! {
        div.field {
            label for="language" { (errors.t.language_label) }
            (errors.note("language"))
            select id="language" name="language"
                aria-describedby=[errors.of("language").map(|_| "language-error")] aria-invalid=[errors.invalid("language")] {
                @for lang in Lang::ALL {
                    option value=(lang) lang=(lang) selected[lang == chosen] { (lang.own_name()) }
                }
            }
        }
    }
}

/// The field that people cannot see. Its name is believable to a robot, and none that browsers fill in by themselves.
pub const HONEYPOT: &str = "subject_line";

/// The field that people cannot see, as the page has it.
pub fn honeypot(lang: Lang) -> Markup {
    html! {
        div.extra aria-hidden="true" {
            label for=(HONEYPOT) { (texts::form(lang).honeypot_label) }
            input id=(HONEYPOT) name=(HONEYPOT) tabindex="-1" autocomplete="off";
        }
    }
}

/// A message of a conversation: who wrote it and when, and what goes with it.
pub fn message(by_desk: bool, who: &str, when: Markup, text: &Message, files: Markup) -> Markup {
    html! {
        li class=[by_desk.then_some("desk")] {
            p.by { strong { (who) } ", " (when) }
            blockquote { (text.as_str()) }
            (files)
        }
    }
}

/// The files of a case, which lie below `path`.
pub fn attached(lang: Lang, files: &[AttachedFile], path: &str) -> Markup {
    let t = texts::form(lang);
    html! {
        @if !files.is_empty() {
            ul.files {
                @for (at, file) in files.iter().enumerate() {
                    li {
                        a href=(format!("{path}/attachments/{}", at + 1)) download { ((t.file_label)(at + 1)) }
                        " " small { (size(t, file)) }
                    }
                }
            }
        }
    }
}

fn size(t: &FormTexts, file: &AttachedFile) -> String {
    let name = file.kind.extension().to_ascii_uppercase();
    format!("{name}, {}\u{a0}{}", file.size.div_ceil(1024), t.kib)
}

/// A further message that could not be taken.
#[derive(Debug)]
pub struct Draft<'a> {
    /// What was written.
    pub text: &'a str,
    /// The token of its form.
    pub once: Option<&'a str>,
    /// Why it could not be taken.
    pub trouble: Trouble<'a>,
}

/// The form for a further message as it is shown first, where a message of the token goes to what is at `path`.
pub fn fresh_message_form(locale: Locale, fresh: &str, path: &str) -> Markup {
    let errors = Errors::new(locale.lang, &[], |_, _| "", "");
    message_form(locale, &errors, None, fresh, path)
}

/// The form for a further message. Multipart, for ten thousand characters may be too many for a body once most of them
/// are percent-encoded.
pub fn message_form(
    locale: Locale,
    errors: &Errors<'_>,
    draft: Option<&Draft<'_>>,
    fresh: &str,
    path: &str,
) -> Markup {
    let t = errors.t;
    html! {
        form method="post" action={ (locale.href(&format!("{path}/messages"))) "#errors" } enctype="multipart/form-data" novalidate {
            input type="hidden" name="once" value=(draft.and_then(|draft| draft.once).unwrap_or(fresh));
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
