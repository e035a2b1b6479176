//! What the texts of unsubscribing are.

mod en;
mod ru;

use desk_core::lang::Lang;

/// The texts of unsubscribing and of the mailing preferences.
#[derive(Debug)]
pub(crate) struct UnsubscribeTexts {
    /// The word above the headings.
    pub kicker: &'static str,
    /// The page's heading: list.
    pub title: fn(&str) -> String,
    /// A list that is no longer configured, in the middle of a sentence.
    pub unknown_list: &'static str,
    /// Whose mail it is about: masked address.
    pub about: fn(&str) -> String,
    /// That nothing has happened yet.
    pub nothing_yet: &'static str,
    /// The button.
    pub button: &'static str,
    /// The button that takes the person off every list: app.
    pub all_button: fn(&str) -> String,
    /// The way to the preferences.
    pub choose: &'static str,
    /// The heading when it is done: list.
    pub done_title: fn(&str) -> String,
    /// The heading when it is done for every list: app.
    pub done_all_title: fn(&str) -> String,
    /// When mail stops.
    pub done_hint: &'static str,
    /// That it had been so already.
    pub already: &'static str,
    /// The heading of undoing.
    pub undo_title: &'static str,
    /// The link that undoes it.
    pub undo_link: &'static str,
    /// Until when it works, before the date.
    pub undo_until: &'static str,
    /// The heading of the page that undoes: list.
    pub undo_question: fn(&str) -> String,
    /// Its button.
    pub undo_button: &'static str,
    /// The heading when it is undone: list.
    pub undone_title: fn(&str) -> String,
    /// What that means.
    pub undone_hint: &'static str,
    /// The heading where it is undone and yet nothing comes, for every newsletter is stopped.
    pub undone_in_vain: &'static str,
    /// What to do then.
    pub undone_in_vain_hint: &'static str,
    /// The words for every list, as the name of one.
    pub every_list: &'static str,
    /// The heading of further choices.
    pub more_title: &'static str,
    /// The link to the receipt.
    pub receipt: &'static str,
    /// The heading of the page where lists are left: app.
    pub less_title: fn(&str) -> String,
    /// Its first paragraph.
    pub less_lead: &'static str,
    /// The question.
    pub less_legend: &'static str,
    /// The option of every list, those to come included.
    pub less_all: &'static str,
    /// The button.
    pub less_button: &'static str,
    /// The heading when it is done.
    pub less_done: &'static str,
    /// What was left.
    pub less_done_lead: &'static str,
    /// That nothing was chosen.
    pub less_none: &'static str,
    /// The link to the page that mails a link, for whoever wants more or see what holds.
    pub other_way: &'static str,
    /// The heading of the page that takes an address: app.
    pub ask_title: fn(&str) -> String,
    /// Its first paragraph.
    pub ask_lead: &'static str,
    /// The address.
    pub ask_label: &'static str,
    /// What it is used for.
    pub ask_hint: &'static str,
    /// The button.
    pub ask_button: &'static str,
    /// The word before an error.
    pub error: &'static str,
    /// That the address is missing.
    pub ask_missing: &'static str,
    /// That the address is none.
    pub ask_wrong: &'static str,
    /// The heading when it was sent.
    pub sent_title: &'static str,
    /// What happens now.
    pub sent_lead: &'static str,
    /// What to do where no mail comes.
    pub sent_hint: &'static str,
    /// The heading of the preferences: app.
    pub preferences_title: fn(&str) -> String,
    /// Their first paragraph.
    pub preferences_lead: &'static str,
    /// The question.
    pub preferences_legend: &'static str,
    /// What is said of a list that the person is off.
    pub off: &'static str,
    /// The option to get nothing, lists to come included.
    pub nothing_at_all: &'static str,
    /// What it means.
    pub nothing_hint: &'static str,
    /// That mail to the address came back.
    pub bounced: &'static str,
    /// That the person reported a mail.
    pub complained: &'static str,
    /// The button.
    pub preferences_button: &'static str,
    /// That it was saved.
    pub saved: &'static str,
    /// What that means.
    pub saved_hint: &'static str,
    /// That there are no lists.
    pub no_lists: &'static str,
    /// The mail's subject: app.
    pub mail_subject: fn(&str) -> String,
    /// The mail's text: app, link.
    pub mail_text: fn(&str, &str) -> String,
}

/// The texts of unsubscribing in a language.
pub(crate) fn unsubscribe(lang: Lang) -> &'static UnsubscribeTexts {
    match lang {
        Lang::En => &en::UNSUBSCRIBE,
        Lang::Ru => &ru::UNSUBSCRIBE,
    }
}
