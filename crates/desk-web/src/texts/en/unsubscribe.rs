//! English: unsubscribing.

use crate::texts::plain::plain;
use crate::texts::unsubscribe::UnsubscribeTexts;

/// The texts.
pub(in crate::texts) static UNSUBSCRIBE: UnsubscribeTexts = UnsubscribeTexts {
    kicker: plain("Newsletters"),
    title: |list| format!("Stop receiving {list}?"),
    unknown_list: plain("this newsletter"),
    about: |address| format!("This is about mail to {address}."),
    nothing_yet: plain(
        "Nothing has changed yet: press the button, and it stops. No account, no password, no questions.",
    ),
    button: plain("Yes, stop it"),
    all_button: |app| format!("Stop every newsletter of {app}"),
    choose: plain("Choose what to stop"),
    done_title: |list| format!("You will get no more of {list}"),
    done_all_title: |app| format!("You will get no more newsletters of {app}"),
    done_hint: plain(
        "The sender is told at once. A mail that was already on its way may still arrive, within 48 hours at the latest. Messages about your account and your own requests are not newsletters and still come.",
    ),
    already: plain("It had been stopped before."),
    undo_title: plain("Pressed it by mistake?"),
    undo_link: plain("Undo it"),
    undo_until: plain("This link works until"),
    undo_question: |list| format!("Receive {list} again?"),
    undo_button: plain("Yes, receive it again"),
    undone_title: |list| format!("You will receive {list} again"),
    undone_hint: plain(
        "Everything is as it was before. You can stop it at any moment with the link in any of its mails.",
    ),
    undone_in_vain: plain("Undone, but every newsletter is still stopped"),
    undone_in_vain_hint: plain(
        "Since then you stopped every newsletter, and that still holds. To receive some of them again, have a link to your preferences mailed to you.",
    ),
    every_list: plain("all newsletters"),
    more_title: plain("What else you can do"),
    receipt: plain("Download the signed receipt"),
    less_title: |app| format!("What should {app} stop sending?"),
    less_lead: plain(
        "Tick what you no longer want. This link can only stop mail, so nobody who was forwarded one can sign you up for anything.",
    ),
    less_legend: plain("Stop"),
    less_all: plain("Every newsletter, also those that do not exist yet"),
    less_button: plain("Stop what I ticked"),
    less_done: plain("It is stopped"),
    less_done_lead: plain("You will get no more of:"),
    less_none: plain("You ticked nothing, so nothing has changed."),
    other_way: plain("See or change all your mailing preferences"),
    ask_title: |app| format!("Your newsletters from {app}"),
    ask_lead: plain(
        "Enter your e-mail address, and we send a link to it. Behind the link you see and change what you receive. Nobody else can, because nobody else reads your mail.",
    ),
    ask_label: plain("Your e-mail address"),
    ask_hint: plain("Used for this one mail only."),
    ask_button: plain("Send me the link"),
    error: plain("Error"),
    ask_missing: plain("Enter your e-mail address"),
    ask_wrong: plain("The e-mail address is not complete: it looks like name@company.example"),
    sent_title: plain("Look into your mailbox"),
    sent_lead: plain("A mail with your link is on its way. The link works for 24 hours."),
    sent_hint: plain(
        "No mail after ten minutes? Look among the unwanted mail, and check that the address was written correctly. We answer every address alike, so that nobody can find out here who our clients are.",
    ),
    preferences_title: |app| format!("What should {app} send you?"),
    preferences_lead: plain(
        "Only newsletters are listed. Messages about your account and your own requests always come.",
    ),
    preferences_legend: plain("Send me"),
    off: plain("Stopped at present"),
    nothing_at_all: plain("Nothing at all"),
    nothing_hint: plain(
        "No newsletter, also none that does not exist yet. This wins over what is ticked above.",
    ),
    bounced: plain(
        "Mail to your address came back, so we had stopped sending. Saving with a newsletter ticked starts it again.",
    ),
    complained: plain(
        "You reported one of our mails as unwanted, so we had stopped sending. Saving with a newsletter ticked starts it again.",
    ),
    preferences_button: plain("Save"),
    saved: plain("Saved."),
    saved_hint: plain("It takes effect within 48 hours."),
    no_lists: plain("There are no newsletters at present."),
    mail_subject: |app| format!("Your mailing preferences for {app}"),
    mail_text: |app, link| {
        format!(
            "Hello,\n\nwith this link you see and change which newsletters of {app} you receive:\n\n{link}\n\n\
             It works for 24 hours. If you did not ask for it, do nothing: nothing changes.\n"
        )
    },
};
