//! English: unsubscribing.

use crate::texts::unsubscribe::UnsubscribeTexts;

/// The texts.
pub(in crate::texts) static UNSUBSCRIBE: UnsubscribeTexts = UnsubscribeTexts {
    kicker: "Newsletters",
    title: |list| format!("Stop receiving {list}?"),
    unknown_list: "this newsletter",
    about: |address| format!("This is about mail to {address}."),
    nothing_yet: "Nothing has changed yet: press the button, and it stops. No account, no password, no questions.",
    button: "Yes, stop it",
    all_button: |app| format!("Stop every newsletter of {app}"),
    choose: "Choose what to stop",
    done_title: |list| format!("You will get no more of {list}"),
    done_all_title: |app| format!("You will get no more newsletters of {app}"),
    done_hint: "The sender is told at once. A mail that was already on its way may still arrive, within 48 hours at the latest. Messages about your account and your own requests are not newsletters and still come.",
    already: "It had been stopped before.",
    undo_title: "Pressed it by mistake?",
    undo_link: "Undo it",
    undo_until: "This link works until",
    undo_question: |list| format!("Receive {list} again?"),
    undo_button: "Yes, receive it again",
    undone_title: |list| format!("You will receive {list} again"),
    undone_hint: "Everything is as it was before. You can stop it at any moment with the link in any of its mails.",
    undone_in_vain: "Undone, but every newsletter is still stopped",
    undone_in_vain_hint: "Since then you stopped every newsletter, and that still holds. To receive some of them again, have a link to your preferences mailed to you.",
    every_list: "all newsletters",
    more_title: "What else you can do",
    receipt: "Download the signed receipt",
    less_title: |app| format!("What should {app} stop sending?"),
    less_lead: "Tick what you no longer want. This link can only stop mail, so nobody who was forwarded one can sign you up for anything.",
    less_legend: "Stop",
    less_all: "Every newsletter, also those that do not exist yet",
    less_button: "Stop what I ticked",
    less_done: "It is stopped",
    less_done_lead: "You will get no more of:",
    less_none: "You ticked nothing, so nothing has changed.",
    other_way: "See or change all your mailing preferences",
    ask_title: |app| format!("Your newsletters from {app}"),
    ask_lead: "Enter your e-mail address, and we send a link to it. Behind the link you see and change what you receive. Nobody else can, because nobody else reads your mail.",
    ask_label: "Your e-mail address",
    ask_hint: "Used for this one mail only.",
    ask_button: "Send me the link",
    error: "Error",
    ask_missing: "Enter your e-mail address",
    ask_wrong: "The e-mail address is not complete: it looks like name@company.example",
    sent_title: "Look into your mailbox",
    sent_lead: "A mail with your link is on its way. The link works for 24 hours.",
    sent_hint: "No mail after ten minutes? Look among the unwanted mail, and check that the address was written correctly. We answer every address alike, so that nobody can find out here who our clients are.",
    preferences_title: |app| format!("What should {app} send you?"),
    preferences_lead: "Only newsletters are listed. Messages about your account and your own requests always come.",
    preferences_legend: "Send me",
    off: "Stopped at present",
    nothing_at_all: "Nothing at all",
    nothing_hint: "No newsletter, also none that does not exist yet. This wins over what is ticked above.",
    bounced: "Mail to your address came back, so we had stopped sending. Saving with a newsletter ticked starts it again.",
    complained: "You reported one of our mails as unwanted, so we had stopped sending. Saving with a newsletter ticked starts it again.",
    preferences_button: "Save",
    saved: "Saved.",
    saved_hint: "It takes effect within 48 hours.",
    no_lists: "There are no newsletters at present.",
    mail_subject: |app| format!("Your mailing preferences for {app}"),
    mail_text: |app, link| {
        format!(
            "Hello,\n\nwith this link you see and change which newsletters of {app} you receive:\n\n{link}\n\n\
             It works for 24 hours. If you did not ask for it, do nothing: nothing changes.\n"
        )
    },
};

/// What is said of the codes that only newsletters have.
pub(in crate::texts) const CODES: &[(&str, &str)] = &[
    ("unknown-list", "must be the id of a mailing list"),
    ("unknown-scope", "must be the id of a mailing list, all, bounce or complaint"),
    ("no-report", "It is no feedback report of RFC 5965."),
    ("nobody-named", "It names nobody: no link of this desk, and no address."),
    ("no-header", "It is no mail: it does not begin with a field such as From:."),
    ("batch", "a thousand at most"),
    ("not-a-subject", "must be the 26 characters of a subject"),
    ("cursor-pruned", "is older than the journal: take everything anew"),
];
