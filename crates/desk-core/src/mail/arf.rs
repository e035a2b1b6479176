//! Feedback reports: a mailbox provider tells that somebody reported a mail (RFC 5965).

use super::message::{MailMessage, MailPart};

/// What a report says that the person said (RFC 5965 section 3.5). A type that is not known is to be taken for `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedbackType {
    /// Unwanted mail.
    Abuse,
    /// A kind of fraud.
    Fraud,
    /// A virus.
    Virus,
    /// The mail is wanted after all.
    NotSpam,
    /// Anything else.
    Other,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it says.
    pub kind: FeedbackType,
    /// To whom the mail went, where the provider says so.
    pub recipients: Vec<String>,
    /// The https addresses of `List-Unsubscribe` in the mail: a token of ours there says who it was, where the provider
    /// has blackened the address.
    pub unsubscribe: Vec<String>,
}

/// Why a message is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReport {
    /// It is not `multipart/report` with `report-type=feedback-report` (section 2).
    ContentType,
    /// It has no part of type `message/feedback-report`.
    Missing,
    /// That part lacks one of the fields that it must have: `Feedback-Type`, `User-Agent`, `Version` (section 3.1).
    Fields,
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// [`NoReport`] if the message is none.
    pub fn read(message: &MailMessage<'_>) -> Result<Self, NoReport> {
        let kind = message.content_type();
        let report_type = kind.parameter("report-type").unwrap_or_default();
        if kind.media_type != "multipart/report"
            || !report_type.eq_ignore_ascii_case("feedback-report")
        {
            return Err(NoReport::ContentType);
        }
        let parts = message.parts();
        let of = |types: &'static [&str]| {
            move |part: &&MailPart| types.contains(&part.media_type.as_str())
        };
        let report =
            parts.iter().find(of(&["message/feedback-report"])).ok_or(NoReport::Missing)?;
        // Some providers leave a blank line more before the fields of a part.
        let report =
            MailMessage::read(report.content.trim_ascii_start()).map_err(|_| NoReport::Fields)?;
        let kind = report.value("feedback-type").ok_or(NoReport::Fields)?;
        if report.value("user-agent").is_none() || report.value("version").is_none() {
            return Err(NoReport::Fields);
        }
        let kind = match kind.to_ascii_lowercase().as_str() {
            "abuse" => FeedbackType::Abuse,
            "fraud" => FeedbackType::Fraud,
            "virus" => FeedbackType::Virus,
            "not-spam" => FeedbackType::NotSpam,
            _ => FeedbackType::Other,
        };
        let bare = |text: &str| text.trim_matches(['<', '>', ' ']).to_owned();
        let recipients = report.all("original-rcpt-to").map(|field| bare(&field.value)).collect();
        let original = parts.iter().find(of(&["message/rfc822", "text/rfc822-headers"]));
        let original =
            original.and_then(|part| MailMessage::read(part.content.trim_ascii_start()).ok());
        let unsubscribe = original
            .iter()
            .flat_map(|original| original.all("list-unsubscribe"))
            .flat_map(|field| uris(&field.value))
            .filter(|uri| uri.starts_with("https://") || uri.starts_with("http://"))
            // White space within the brackets means nothing (RFC 2369 section 2): a relay has folded it there.
            .map(|uri| uri.split_whitespace().collect())
            .collect();
        Ok(Self { kind, recipients, unsubscribe })
    }
}

/// The addresses of a `List-Unsubscribe`: each in angle brackets (RFC 2369 section 2).
pub fn uris(value: &str) -> impl Iterator<Item = &str> {
    value.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(uri, _)| uri.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn report(kind: &str, recipient: &str) -> String {
        format!(
            "From: <abuse@provider.example>\r\nTo: fbl@desk.example\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=feedback-report;\r\n\tboundary=\"part1\"\r\n\r\n\
             --part1\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n\
             --part1\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nUser-Agent: Provider/1.0\r\n\
             Version: 1\r\n{recipient}Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\n\
             --part1\r\nContent-Type: message/rfc822\r\n\r\nFrom: news@desk.example\r\nTo: <redacted@provider.example>\r\n\
             List-Unsubscribe: <mailto:u@desk.example>,\r\n <https://desk.example/u/abc>\r\nSubject: News\r\n\r\nHello\r\n--part1--\r\n"
        )
    }

    #[test]
    fn a_report_says_what_and_about_whom() {
        let raw = report("Abuse", "Original-Rcpt-To: <jane@example.org>\r\n");
        let report = Report::read(&MailMessage::read(raw.as_bytes()).unwrap()).unwrap();
        assert_eq!(report.kind, FeedbackType::Abuse);
        assert_eq!(report.recipients, ["jane@example.org"]);
        assert_eq!(report.unsubscribe, ["https://desk.example/u/abc"]);
    }

    #[test]
    fn our_address_is_found_however_a_relay_has_laid_it_out() {
        let raw = report("abuse", "")
            .replace("<https://desk.example/u/abc>", "<https://desk.example/u/\r\n abc>")
            .replace("rfc822\r\n\r\n", "rfc822\r\n\r\n\r\n")
            .replace("feedback-report\r\n\r\n", "feedback-report\r\n\r\n\r\n");
        let report = Report::read(&MailMessage::read(raw.as_bytes()).unwrap()).unwrap();
        assert_eq!(report.unsubscribe, ["https://desk.example/u/abc"]);
    }

    #[test]
    fn kinds_that_are_not_known_are_other() {
        for (name, kind) in [
            ("not-spam", FeedbackType::NotSpam),
            ("fraud", FeedbackType::Fraud),
            ("virus", FeedbackType::Virus),
            ("novel", FeedbackType::Other),
        ] {
            let raw = report(name, "");
            assert_eq!(
                Report::read(&MailMessage::read(raw.as_bytes()).unwrap()).unwrap().kind,
                kind
            );
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let read = |raw: &str| Report::read(&MailMessage::read(raw.as_bytes()).unwrap());
        assert_eq!(read("A: b\r\n\r\n"), Err(NoReport::ContentType));
        let raw = report("abuse", "");
        assert_eq!(
            read(&raw.replace("feedback-report;", "delivery-status;")),
            Err(NoReport::ContentType)
        );
        assert_eq!(
            read(&raw.replace("message/feedback-report", "text/plain")),
            Err(NoReport::Missing)
        );
        assert_eq!(read(&raw.replace("Version: 1\r\n", "")), Err(NoReport::Fields));
    }

    proptest! {
        #[test]
        fn every_cut_of_a_report_is_read_or_refused(cut in 0usize..800) {
            let raw = report("abuse", "");
            if let Ok(message) = MailMessage::read(&raw.as_bytes()[..cut.min(raw.len())]) {
                let _ = Report::read(&message);
            }
        }

        #[test]
        fn strange_values_never_panic(value in "[<>a-z:/, ]*") {
            let _ = uris(&value).count();
        }
    }
}
