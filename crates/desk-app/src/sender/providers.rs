//! Providers that send a mail for one POST of JSON.

use std::fmt;

use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::variables::InvalidVariable;

use super::{Mail, Outgoing};
use desk_core::json::Json;

/// What there is to know of a provider's interface.
struct Service {
    name: &'static str,
    host: &'static str,
    path: &'static str,
    /// The header with the token, and what stands before it there.
    token: (&'static str, &'static str),
    /// Whether a sender's name is in quotes whatever is in it.
    quotes: bool,
    /// What is posted, with a name behind a dollar sign for each text. Nobody wrote the mail, so nobody's machine should
    /// answer (RFC 3834 section 5). Nobody may count who opens it, or put another address in the place of a link that is a
    /// secret; with Resend that is a setting of the domain.
    body: &'static str,
    /// By what a refusal says that the address is at fault.
    signs: &'static [&'static str],
}

static SERVICES: [Service; 3] = [
    // <https://postmarkapp.com/developer/api/email-api>
    Service {
        name: "postmark",
        host: "https://api.postmarkapp.com",
        path: "/email",
        token: ("x-postmark-server-token", ""),
        // It takes no punctuation without them.
        quotes: true,
        body: r#"{"From":$from,"To":$to,"Subject":$subject,"TextBody":$text,"MessageStream":"outbound",
"TrackOpens":false,"TrackLinks":"None","Headers":[{"Name":"Auto-Submitted","Value":"auto-generated"},
{"Name":"Content-Language","Value":$lang}],"Metadata":{"desk-mail":$id}}"#,
        // 406 is an inactive recipient; 300 is anything that is wrong, and only its text says with what.
        signs: &["\"ErrorCode\":406", "\"ErrorCode\": 406", "'To'"],
    },
    // <https://www.twilio.com/docs/sendgrid/api-reference/mail-send>
    Service {
        name: "sendgrid",
        host: "https://api.sendgrid.com",
        path: "/v3/mail/send",
        token: ("authorization", "Bearer "),
        quotes: false,
        body: r#"{"personalizations":[{"to":[{"email":$to}]}],"from":{"email":$address,"name":$name},
"subject":$subject,"content":[{"type":"text/plain","value":$text}],
"headers":{"Auto-Submitted":"auto-generated","Content-Language":$lang},"custom_args":{"desk_mail":$id},
"tracking_settings":{"click_tracking":{"enable":false},"open_tracking":{"enable":false},
"subscription_tracking":{"enable":false}}}"#,
        // Nothing but the address is in them.
        signs: &["\"personalizations"],
    },
    // <https://resend.com/docs/api-reference/emails/send-email>
    Service {
        name: "resend",
        host: "https://api.resend.com",
        path: "/emails",
        token: ("authorization", "Bearer "),
        quotes: false,
        body: r#"{"from":$from,"to":[$to],"subject":$subject,"text":$text,
"headers":{"Auto-Submitted":"auto-generated","Content-Language":$lang}}"#,
        signs: &["`to`", "invalid_to_address"],
    },
];

/// Who sends mail for the desk.
pub struct Provider {
    service: &'static Service,
    url: String,
    /// The value of the header with the token.
    token: String,
    from: Sender,
}

/// `Debug` hides the token.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({}, {})", self.service.name, self.url)
    }
}

impl Provider {
    /// Reads the variables; without a name there is no provider.
    pub fn read([name, token, from, host]: [&str; 4]) -> Result<Option<Self>, InvalidVariable> {
        if name.is_empty() {
            return Ok(None);
        }
        let Some(service) = SERVICES.iter().find(|service| service.name == name) else {
            return Err(InvalidVariable::new(
                "mail_provider",
                "must be postmark, sendgrid or resend",
            ));
        };
        // It goes into a header as it is.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidVariable::new(
                "mail_token",
                "a provider needs a token, without spaces",
            ));
        }
        let host = if host.is_empty() { service.host } else { host.trim_end_matches('/') };
        let authority = host.strip_prefix("https://").or_else(|| host.strip_prefix("http://"));
        let bare = |authority: &str| {
            !authority.is_empty()
                && !authority.bytes().any(|b| matches!(b, b'/' | b'?' | b'#' | b'@' | b' '))
        };
        if !authority.is_some_and(bare) {
            return Err(InvalidVariable::new(
                "mail_host",
                "must be https:// or http:// and a host, no more",
            ));
        }
        let from = Sender::read(from).ok_or_else(|| {
            InvalidVariable::new("mail_from", "must be an address, or a name and <an address>")
        })?;
        let url = [host, service.path].concat();
        let token = [service.token.1, token].concat();
        Ok(Some(Self { service, url, token, from }))
    }

    /// What is sent to have it send a mail.
    ///
    /// A mail whose answer was lost is asked for again: Resend then sends no second one, and the others are given the id
    /// to tell it by.
    pub fn outgoing(&self, id: Id, mail: &Mail) -> Outgoing<'_> {
        let id = id.to_string();
        let body = fill(
            self.service.body,
            &[
                ("from", &self.from.to_header(self.service.quotes)),
                ("name", &self.from.name),
                ("address", self.from.address.as_str()),
                ("to", mail.to.as_str()),
                ("subject", mail.subject.as_str()),
                ("text", &mail.text),
                ("lang", mail.lang.tag()),
                ("id", &id),
            ],
        );
        Outgoing {
            whom: self.service.name,
            url: &self.url,
            headers: vec![(self.service.token.0, self.token.clone()), ("idempotency-key", id)],
            body,
            signs: Some(self.service.signs),
        }
    }
}

/// Puts texts into JSON, each at its name and in quotes. Written member by member it would take 5 KB more of a component.
pub(super) fn fill(template: &str, texts: &[(&str, &str)]) -> String {
    let mut filled = Json::default();
    for part in template.split('$') {
        let named = texts.iter().find_map(|(name, text)| Some((part.strip_prefix(name)?, *text)));
        match named {
            Some((rest, text)) => {
                filled.quote(text);
                filled.push(rest);
            }
            // What stands before the first of them, which begins with a brace.
            None => filled.push(part),
        }
    }
    filled.into()
}

/// Whom mail is from: a name, which is the address where there is no other, and an address.
struct Sender {
    name: String,
    address: EmailAddress,
}

impl Sender {
    /// Reads `privacy@oncall.example`, or `OnCall 3.0 <privacy@oncall.example>` with or without quotes around the name.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => rest.rsplit_once('<')?,
            None => (text, text),
        };
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|n| n.strip_suffix('"')).unwrap_or(name);
        let strange = |b| matches!(b, b'\0'..=0x1f | 0x7f | b'"' | b'\\' | b'<' | b'>');
        if name.bytes().any(strange) {
            return None;
        }
        let address: EmailAddress = address.parse().ok()?;
        let name = if name.is_empty() { address.as_str() } else { name };
        Some(Self { name: name.to_owned(), address })
    }

    /// As it stands in a mail (RFC 5322 section 3.4), with quotes where a mark would mean something else.
    fn to_header(&self, quotes: bool) -> String {
        let address = self.address.as_str();
        if self.name == address {
            return self.name.clone();
        }
        let marked = |b| matches!(b, b'(' | b')' | b'[' | b']' | b':' | b';' | b'@' | b',');
        let quote = if quotes || self.name.bytes().any(marked) { "\"" } else { "" };
        [quote, &self.name, quote, " <", address, ">"].concat()
    }
}
