//! The pages of unsubscribing and of the mailing preferences.

use desk_core::suppression::{Link, PageId, Scope, Undo};
use desk_core::time::Timestamp;
use maud::{Markup, html};

use super::{Standing, day};
use crate::texts::{self, UnsubscribeTexts};
use desk_app::Setup;
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::request::{Locale, Request};

fn framed(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    (title, heading): (&str, &str),
    content: Markup,
) -> Markup {
    let switch = if request.method == http::Method::GET { Switch::Here } else { Switch::None };
    let main = html! {
        p.kicker { (texts::unsubscribe(locale.lang).kicker) }
        h1 { (heading) }
        (content)
    };
    page::layout(&setup.profile, request, locale, Frame { title, place: Place::Mail, switch }, main)
}

/// What people call a scope.
fn name(setup: &Setup, locale: Locale, scope: Scope) -> &str {
    let t = texts::unsubscribe(locale.lang);
    match scope {
        Scope::List(tag) => {
            setup.lists().by_tag(tag).map_or(t.unknown_list, |list| list.name(locale.lang))
        }
        Scope::All | Scope::Bounce | Scope::Complaint => t.every_list,
    }
}

fn path(locale: Locale, token: &str, rest: &str) -> String {
    locale.href(&format!("/u/{token}{rest}")).into_owned()
}

/// The page of a link: one button.
pub(super) fn link(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    (link, token): (Link, &str),
    id: PageId,
) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let title = (t.title)(name(setup, locale, Scope::List(link.list)));
    let content = html! {
        @if let Some(address) = link.mask.masked() { p.lead { ((t.about)(&address)) } }
        p { (t.nothing_yet) }
        form method="post" action=(path(locale, token, "")) {
            input type="hidden" name="page" value=(id);
            div.actions {
                button { (t.button) }
                a.button.quiet href=(path(locale, token, "/less")) { (t.choose) }
            }
        }
    };
    framed(setup, request, locale, (&title, &title), content)
}

/// An opt-out that was made.
pub(super) struct MadeOptOut<'a> {
    /// Of what.
    pub(super) scope: Scope,
    /// The link that it was made with.
    pub(super) token: &'a str,
    /// What undoes it, and until when; `None` where it had been so before.
    pub(super) undo: Option<(String, Timestamp)>,
}

/// The page that confirms an opt-out.
pub(super) fn done(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    done: &MadeOptOut<'_>,
) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let title = match done.scope {
        Scope::All => (t.done_all_title)(&setup.profile.app_name),
        scope => (t.done_title)(name(setup, locale, scope)),
    };
    let content = html! {
        div.notice.success role="status" { p { (t.done_hint) } }
        @match &done.undo {
            Some((undo, until)) => section {
                h2 { (t.undo_title) }
                p {
                    a href=(locale.href(&format!("/u/undo/{undo}"))) { (t.undo_link) } ". "
                    (t.undo_until) " " time datetime=(until) { (day(setup, locale, *until)) } "."
                }
            },
            None => p { (t.already) },
        }
        section {
            h2 { (t.more_title) }
            @if done.scope != Scope::All {
                form method="post" action=(path(locale, done.token, "/all")) {
                    input type="hidden" name="page" value="";
                    button.quiet { ((t.all_button)(&setup.profile.app_name)) }
                }
            }
            ul.links {
                li { a href=(path(locale, done.token, "/receipt.json")) download { (t.receipt) } }
                li { a href=(path(locale, done.token, "/less")) { (t.choose) } }
                li { a href=(locale.href("/unsubscribe")) { (t.other_way) } }
            }
        }
    };
    framed(setup, request, locale, (&title, &title), content)
}

/// The page that asks whether to undo.
pub(super) fn undo(setup: &Setup, request: &Request, locale: Locale, undo: Undo) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let title = (t.undo_question)(name(setup, locale, undo.scope));
    let content = html! {
        form method="post" action=(locale.href(request.path())) {
            div.actions { button name="undo" value="yes" { (t.undo_button) } }
        }
    };
    framed(setup, request, locale, (&title, &title), content)
}

/// The page that confirms it.
pub(super) fn undone(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    scope: Scope,
    all_stopped: bool,
) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let title = if all_stopped {
        t.undone_in_vain.to_owned()
    } else {
        (t.undone_title)(name(setup, locale, scope))
    };
    let content = html! {
        @if all_stopped {
            div.notice.warning role="status" { p { (t.undone_in_vain_hint) } }
        } @else {
            div.notice.success role="status" { p { (t.undone_hint) } }
        }
        ul.links { li { a href=(locale.href("/unsubscribe")) { (t.other_way) } } }
    };
    framed(setup, request, locale, (&title, &title), content)
}

/// A box to tick, with what it is about.
struct Choice<'a> {
    field: &'static str,
    value: &'a str,
    ticked: bool,
    label: &'a str,
    hint: &'a str,
    note: Option<&'a str>,
}

fn choice(choice: &Choice<'_>) -> Markup {
    let id = format!("{}-{}", choice.field, choice.value);
    let hint = format!("{id}-hint");
    let described = (!choice.hint.is_empty()).then_some(hint.as_str());
    html! {
        div.choice {
            input type="checkbox" id=(id) name=(choice.field) value=(choice.value)
                checked[choice.ticked] aria-describedby=[described];
            label for=(id) {
                (choice.label)
                @if let Some(note) = choice.note { " " span.tag { (note) } }
            }
            @if !choice.hint.is_empty() { p.hint id=(hint) { (choice.hint) } }
        }
    }
}

/// The page where lists are left.
pub(super) fn less(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    link: Link,
    token: &str,
) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let title = (t.less_title)(&setup.profile.app_name);
    let content = html! {
        @if let Some(address) = link.mask.masked() { p.lead { ((t.about)(&address)) } }
        p { (t.less_lead) }
        form method="post" action=(path(locale, token, "/less")) {
            fieldset {
                legend { (t.less_legend) }
                @for list in setup.lists().iter() {
                    (choice(&Choice {
                        field: "stop",
                        value: list.id.as_str(),
                        ticked: list.tag == link.list,
                        label: list.name(locale.lang),
                        hint: list.description(locale.lang),
                        note: None,
                    }))
                }
                (choice(&Choice {
                    field: "stop", value: "all", ticked: false, label: t.less_all, hint: "", note: None,
                }))
            }
            button { (t.less_button) }
        }
        p { a href=(locale.href("/unsubscribe")) { (t.other_way) } }
    };
    framed(setup, request, locale, (&title, &title), content)
}

/// The page that says what was left.
pub(super) fn stopped(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    chosen: &[Scope],
    token: &str,
) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let title = if chosen.is_empty() {
        (t.less_title)(&setup.profile.app_name)
    } else {
        t.less_done.to_owned()
    };
    let content = html! {
        @if chosen.is_empty() {
            div.notice.warning role="status" { p { strong { (t.less_none) } } }
        } @else {
            div.notice.success role="status" {
                p { strong { (t.less_done_lead) } }
                ul { @for scope in chosen { li { (name(setup, locale, *scope)) } } }
                p { (t.done_hint) }
            }
        }
        ul.links {
            @if !chosen.is_empty() {
                li { a href=(path(locale, token, "/receipt.json")) download { (t.receipt) } }
            }
            li { a href=(path(locale, token, "/less")) { (t.choose) } }
            li { a href=(locale.href("/unsubscribe")) { (t.other_way) } }
        }
    };
    framed(setup, request, locale, (&title, &title), content)
}

/// What was written into the page that takes an address.
#[derive(Default)]
pub(super) struct AddressEntry<'a> {
    /// The text.
    pub(super) written: &'a str,
    /// Whether it is wrong, and if so, whether it is missing.
    pub(super) wrong: Option<bool>,
}

impl AddressEntry<'_> {
    fn error(&self, t: &UnsubscribeTexts) -> Option<&'static str> {
        self.wrong.map(|missing| if missing { t.ask_missing } else { t.ask_wrong })
    }
}

/// The page that takes an address.
pub(super) fn ask(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    asked: &AddressEntry<'_>,
) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let heading = (t.ask_title)(&setup.profile.app_name);
    let error = asked.error(t);
    let title = match error {
        Some(_) => format!("{}: {heading}", t.error),
        None => heading.clone(),
    };
    let described = if error.is_some() { "email-hint email-error" } else { "email-hint" };
    let content = html! {
        p.lead { (t.ask_lead) }
        form method="post" action=(locale.href("/unsubscribe")) novalidate {
            div.field {
                label for="email" { (t.ask_label) }
                @if let Some(error) = error {
                    p.error id="email-error" { span.vh { (t.error) ": " } (error) }
                }
                p.hint id="email-hint" { (t.ask_hint) }
                input id="email" name="email" type="email" autocomplete="email" autocapitalize="none"
                    spellcheck="false" maxlength="254" value=(asked.written) required
                    aria-describedby=(described) aria-invalid=[error.map(|_| "true")]
                    autofocus[error.is_some()];
            }
            button { (t.ask_button) }
        }
    };
    framed(setup, request, locale, (&title, &heading), content)
}

/// The page that says that a mail was sent.
pub(super) fn sent(setup: &Setup, request: &Request, locale: Locale) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let content = html! {
        div.notice.success role="status" { p { strong { (t.sent_lead) } } }
        p { (t.sent_hint) }
    };
    framed(setup, request, locale, (t.sent_title, t.sent_title), content)
}

/// The page of the preferences.
pub(super) fn preferences(
    setup: &Setup,
    request: &Request,
    locale: Locale,
    standing: &Standing,
    saved: bool,
) -> Markup {
    let t = texts::unsubscribe(locale.lang);
    let title = (t.preferences_title)(&setup.profile.app_name);
    let nothing = standing.all.is_some();
    let content = html! {
        @if saved {
            div.notice.success role="status" { p { strong { (t.saved) } " " (t.saved_hint) } }
        }
        p.lead { (t.preferences_lead) }
        @if standing.bounce.is_some() { div.notice.warning { p { (t.bounced) } } }
        @if standing.complaint.is_some() { div.notice.warning { p { (t.complained) } } }
        form method="post" action=(locale.href(request.path())) {
            fieldset {
                legend { (t.preferences_legend) }
                @if standing.lists.is_empty() { p { (t.no_lists) } }
                @for (list, held) in setup.lists().iter().zip(&standing.lists) {
                    (choice(&Choice {
                        field: "send",
                        value: list.id.as_str(),
                        ticked: held.is_none(),
                        label: list.name(locale.lang),
                        hint: list.description(locale.lang),
                        note: (nothing || held.is_some()).then_some(t.off),
                    }))
                }
            }
            (choice(&Choice {
                field: "stop", value: "all", ticked: nothing, label: t.nothing_at_all, hint: t.nothing_hint, note: None,
            }))
            button { (t.preferences_button) }
        }
    };
    framed(setup, request, locale, (&title, &title), content)
}
