//! English: the mails about a data request.

use desk_core::request::{RefusalGround, RequestKind};

use crate::texts::notices::{IdentityTexts, NoticeTexts, Opener, PackageNoticeTexts};

const GREETING: &str = "Hello,";
const FOLLOW: &str = "See where it stands, and write to us, under your secret link:";
const FOLLOW_ENDED: &str = "The request, with all that was written, is under your secret link:";

/// The texts.
pub(in crate::texts) static NOTICES: NoticeTexts = NoticeTexts {
    greeting: GREETING,
    about,
    reference,
    follow: FOLLOW,
    follow_ended: FOLLOW_ENDED,
    message: Opener {
        subject: "A message about your request",
        lead: |about| format!("we have written to you about {about}:"),
    },
    question: Opener {
        subject: "A question about your request",
        lead: |about| format!("to go on with {about}, we need to know this from you:"),
    },
    please_answer: "Please answer under the link below.",
    extended: Opener {
        subject: "Your request takes longer",
        lead: |about| format!("we need more time for {about}."),
    },
    new_date: |old, new| {
        format!(
            "The answer was due by {old}. You will have it by {new} at the latest. The term can be extended this once."
        )
    },
    reason: "The reason:",
    answered: Opener {
        subject: "The answer to your request",
        lead: |about| format!("this is the answer to {about}:"),
    },
    partly: Opener {
        subject: "The answer to your request",
        lead: |about| format!("a part of what you asked for was done. The answer to {about}:"),
    },
    refused: Opener {
        subject: "Your request was refused",
        lead: |about| format!("we have to refuse {about}."),
    },
    ground: |ground| match ground {
        RefusalGround::NothingHeld => "We hold nothing about you.",
        RefusalGround::NotIdentified => "We could not make sure that it is you who asks.",
        RefusalGround::Excessive => {
            "The request repeats an earlier one too soon, or is manifestly unfounded."
        }
        RefusalGround::LegalDuty => "A law demands that we keep this data.",
        RefusalGround::LegalClaims => "The data is needed for a legal claim.",
        RefusalGround::RightsOfOthers => "It would harm the rights of other people.",
        RefusalGround::NotApplicable => "The law does not give this right in this case.",
    },
    complaint: Opener {
        subject: "Your complaint",
        lead: |about| format!("we have opened a complaint from {about}, and will look into it."),
    },
    complaint_link: |reference, link| {
        format!(
            "The complaint has the reference {reference}. Follow it under its own secret link:\n\n{link}"
        )
    },
    complaint_text: |reference| format!("A complaint about the data request {reference}."),
    complaint_of: |reference| {
        format!("This complaint was opened from the data request {reference}, which goes on.")
    },
    complaint_opened: |reference| {
        format!(
            "We have opened a complaint from this request. Its reference is {reference}; the request goes on."
        )
    },
    turned: |reference| {
        format!(
            "What you wrote asks for something that the law gives you a right to. We have opened a data request from it, so that you need not ask again. Its reference is {reference}. We have sent you a mail with a link and a code: please confirm with it that it is you who asks."
        )
    },
};

/// The texts of the mail about a package.
pub(in crate::texts) static PACKAGE: PackageNoticeTexts = PackageNoticeTexts {
    greeting: GREETING,
    about,
    follow: FOLLOW,
    opener: Opener {
        subject: "Your data is ready",
        lead: |about| format!("the file for {about} is ready."),
    },
    key: |key, until| {
        format!(
            "Open the link below and enter this key, which opens the file:\n\n{key}\n\n\
             You can fetch it until {until}. We have no copy of the key: whoever has this mail can open the file, so keep it to yourself."
        )
    },
};

/// The texts of the mail that proves an identity.
pub(in crate::texts) static IDENTITY: IdentityTexts = IdentityTexts {
    about,
    subject: "Please confirm your request",
    text: |app, about, link, code| {
        format!(
            "Hello,\n\nsomebody gave your address to {app} for {about}. If that was you, please confirm it under this link:\n\n\
             {link}\n\nor enter this code on the page that asks for it:\n\n{code}\n\n\
             Both work for 24 hours, and show us that nobody else asks for your data. If it was not you, do nothing: nothing is told to anybody, and nothing is changed. We never ask for the code in a mail or on the phone.\n"
        )
    },
    reference,
};

fn about(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Access => "your request for a copy of your data",
        RequestKind::Portability => "your request for your data in a portable form",
        RequestKind::Rectification => "your request to correct your data",
        RequestKind::Erasure => "your request to erase your data",
        RequestKind::Restriction => "your request to restrict the use of your data",
        RequestKind::Objection => "your objection to the use of your data",
        RequestKind::Withdrawal => "the withdrawal of your consent",
    }
}

fn reference(reference: &str) -> String {
    format!("Reference: {reference}")
}
