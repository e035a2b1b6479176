//! What the texts of unsubscribing are.

use super::Plain;

/// The texts of unsubscribing and of the mailing preferences.
#[derive(Debug)]
pub struct UnsubscribeTexts {
    /// The word above the headings.
    pub kicker: Plain,
    /// The page's heading: list.
    pub title: fn(&str) -> String,
    /// A list that is no longer configured, in the middle of a sentence.
    pub unknown_list: Plain,
    /// Whose mail it is about: masked address.
    pub about: fn(&str) -> String,
    /// That nothing has happened yet.
    pub nothing_yet: Plain,
    /// The button.
    pub button: Plain,
    /// The button that takes the person off every list: app.
    pub all_button: fn(&str) -> String,
    /// The way to the preferences.
    pub choose: Plain,
    /// The heading when it is done: list.
    pub done_title: fn(&str) -> String,
    /// The heading when it is done for every list: app.
    pub done_all_title: fn(&str) -> String,
    /// When mail stops.
    pub done_hint: Plain,
    /// That it had been so already.
    pub already: Plain,
    /// The heading of undoing.
    pub undo_title: Plain,
    /// The link that undoes it.
    pub undo_link: Plain,
    /// Until when it works, before the date.
    pub undo_until: Plain,
    /// The heading of the page that undoes: list.
    pub undo_question: fn(&str) -> String,
    /// Its button.
    pub undo_button: Plain,
    /// The heading when it is undone: list.
    pub undone_title: fn(&str) -> String,
    /// What that means.
    pub undone_hint: Plain,
    /// The heading where it is undone and yet nothing comes, for every newsletter is stopped.
    pub undone_in_vain: Plain,
    /// What to do then.
    pub undone_in_vain_hint: Plain,
    /// The words for every list, as the name of one.
    pub every_list: Plain,
    /// The heading of further choices.
    pub more_title: Plain,
    /// The link to the receipt.
    pub receipt: Plain,
    /// The heading of the page where lists are left: app.
    pub less_title: fn(&str) -> String,
    /// Its first paragraph.
    pub less_lead: Plain,
    /// The question.
    pub less_legend: Plain,
    /// The option of every list, those to come included.
    pub less_all: Plain,
    /// The button.
    pub less_button: Plain,
    /// The heading when it is done.
    pub less_done: Plain,
    /// What was left.
    pub less_done_lead: Plain,
    /// That nothing was chosen.
    pub less_none: Plain,
    /// The link to the page that mails a link, for whoever wants more or see what holds.
    pub other_way: Plain,
    /// The heading of the page that takes an address: app.
    pub ask_title: fn(&str) -> String,
    /// Its first paragraph.
    pub ask_lead: Plain,
    /// The address.
    pub ask_label: Plain,
    /// What it is used for.
    pub ask_hint: Plain,
    /// The button.
    pub ask_button: Plain,
    /// The word before an error.
    pub error: Plain,
    /// That the address is missing.
    pub ask_missing: Plain,
    /// That the address is none.
    pub ask_wrong: Plain,
    /// The heading when it was sent.
    pub sent_title: Plain,
    /// What happens now.
    pub sent_lead: Plain,
    /// What to do where no mail comes.
    pub sent_hint: Plain,
    /// The heading of the preferences: app.
    pub preferences_title: fn(&str) -> String,
    /// Their first paragraph.
    pub preferences_lead: Plain,
    /// The question.
    pub preferences_legend: Plain,
    /// What is said of a list that the person is off.
    pub off: Plain,
    /// The option to get nothing, lists to come included.
    pub nothing_at_all: Plain,
    /// What it means.
    pub nothing_hint: Plain,
    /// That mail to the address came back.
    pub bounced: Plain,
    /// That the person reported a mail.
    pub complained: Plain,
    /// The button.
    pub preferences_button: Plain,
    /// That it was saved.
    pub saved: Plain,
    /// What that means.
    pub saved_hint: Plain,
    /// That there are no lists.
    pub no_lists: Plain,
    /// The mail's subject: app.
    pub mail_subject: fn(&str) -> String,
    /// The mail's text: app, link.
    pub mail_text: fn(&str, &str) -> String,
}
