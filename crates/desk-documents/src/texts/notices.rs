//! The texts of the mails about a data request.

use desk_core::request::{RefusalGround, RequestKind};

/// The subject of a mail, and the paragraph that it begins with.
#[derive(Debug)]
pub struct Opener {
    /// The subject, before the reference.
    pub subject: &'static str,
    /// The first paragraph: what was asked for.
    pub lead: fn(&str) -> String,
}

/// The texts.
#[derive(Debug)]
pub struct NoticeTexts {
    /// The first line.
    pub greeting: &'static str,
    /// What was asked for, in the middle of a sentence.
    pub about: fn(RequestKind) -> &'static str,
    /// The paragraph with the reference, at the end.
    pub reference: fn(&str) -> String,
    /// What stands before the link to the status page.
    pub follow: &'static str,
    /// The same where it has ended, and nobody can write any more.
    pub follow_ended: &'static str,
    /// An operator has written.
    pub message: Opener,
    /// An operator asks what is meant.
    pub question: Opener,
    /// What to do about that.
    pub please_answer: &'static str,
    /// The term was extended.
    pub extended: Opener,
    /// The old date and the new one.
    pub new_date: fn(&str, &str) -> String,
    /// What stands before the reason.
    pub reason: &'static str,
    /// It was done.
    pub answered: Opener,
    /// A part of it was done.
    pub partly: Opener,
    /// It was refused.
    pub refused: Opener,
    /// On what ground.
    pub ground: fn(RefusalGround) -> &'static str,
    /// A complaint was opened from it.
    pub complaint: Opener,
    /// Its reference and its link.
    pub complaint_link: fn(&str, &str) -> String,
    /// What the complaint says where the person wrote nothing: the reference.
    pub complaint_text: fn(&str) -> String,
    /// What an operator writes into the complaint: the reference of the request.
    pub complaint_of: fn(&str) -> String,
    /// What an operator writes into the request: the reference of the complaint.
    pub complaint_opened: fn(&str) -> String,
    /// What an operator writes into a complaint that was turned into a request: the reference.
    pub turned: fn(&str) -> String,
}

/// The texts of the mail about a package: apart, for whoever builds packages sends no other.
#[derive(Debug)]
pub struct PackageNoticeTexts {
    /// The first line.
    pub greeting: &'static str,
    /// What was asked for, in the middle of a sentence.
    pub about: fn(RequestKind) -> &'static str,
    /// What stands before the link to the status page.
    pub follow: &'static str,
    /// That it is ready.
    pub opener: Opener,
    /// Its key, and until when it can be fetched.
    pub key: fn(&str, &str) -> String,
}

/// The texts of the mail that proves an identity: apart, for the public side sends no other.
#[derive(Debug)]
pub struct IdentityTexts {
    /// What was asked for, in the middle of a sentence.
    pub about: fn(RequestKind) -> &'static str,
    /// The subject.
    pub subject: &'static str,
    /// The text: app, what was asked for, link, code.
    pub text: fn(&str, &str, &str, &str) -> String,
    /// The paragraph with the reference, at the end.
    pub reference: fn(&str) -> String,
}
