//! The providers: how each shows that it is itself, and what its events mean.

use std::borrow::Cow;

use desk_core::provider::{MailgunKey, SendGridKey, SnsCertificate, SnsVersion, is_recent, is_sns};
use desk_core::suppression::Link;
use desk_core::webhook;

use super::{Event, What, Who};
use desk_app::Desk;
use desk_app::mail_providers::Providers;
use desk_app::ports::{Call, Outbound};
use desk_core::json::Value;
use desk_web::problem::Problem;
use desk_web::request::Request;
use http::header::AUTHORIZATION;

/// Checks a message and reads its events.
///
/// # Errors
/// [`Problem::Unauthorised`] if it is not signed as it should be, whatever is wrong with it; a problem if what is
/// signed cannot be read.
pub(super) async fn events<S: Outbound>(
    providers: &Providers,
    desk: &Desk<'_, S>,
    request: &Request,
    name: &str,
) -> Result<Vec<Event>, Problem> {
    let body = request.whole_body()?;
    let now = desk.now().seconds();
    match name {
        "standard" => {
            // Resend calls them by the name of the service that sends them.
            let header = |names: [&'static str; 2]| {
                names.into_iter().find_map(|name| request.header(name)).unwrap_or_default()
            };
            let sent = (
                header(["webhook-id", "svix-id"]),
                header(["webhook-timestamp", "svix-timestamp"]),
                header(["webhook-signature", "svix-signature"]),
            );
            webhook::verify(&providers.standard, sent, body, now)
                .map_err(|_| Problem::Unauthorised)?;
            Ok(standard(desk, &json(body)?))
        }
        "postmark" => {
            let sent = request.header(AUTHORIZATION).unwrap_or_default();
            authorised_if(providers.postmark.as_ref().is_some_and(|basic| basic.is(sent)))?;
            Ok(postmark(&json(body)?))
        }
        "sendgrid" => {
            let header = |name| request.header(name).unwrap_or_default();
            let timestamp = header("x-twilio-email-event-webhook-timestamp");
            let signature = header("x-twilio-email-event-webhook-signature");
            let signed = |key: &SendGridKey| key.signed(timestamp, body, signature);
            authorised_if(
                is_recent(timestamp, now) && providers.sendgrid.as_ref().is_some_and(signed),
            )?;
            Ok(sendgrid(&json(body)?))
        }
        "mailgun" => {
            // The signature is inside of what it signs, so this has to be read first.
            let value = json(body)?;
            let part = |name: &str| value.text(&["signature", name]);
            let (timestamp, token) = (part("timestamp"), part("token"));
            let signature = part("signature");
            let signed = |key: &MailgunKey| key.signed(timestamp, token, signature);
            authorised_if(
                is_recent(timestamp, now) && providers.mailgun.as_ref().is_some_and(signed),
            )?;
            Ok(mailgun(&value))
        }
        _ => ses_message(providers, desk, body).await,
    }
}

/// Amazon SES, by way of SNS.
async fn ses_message<S: Outbound>(
    providers: &Providers,
    desk: &Desk<'_, S>,
    body: &[u8],
) -> Result<Vec<Event>, Problem> {
    let value = json(body)?;
    let member = |name: &str| match value.at(&[name]) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let topic = member("TopicArn").filter(|topic| Some(*topic) == providers.ses.as_deref());
    authorised_if(topic.is_some())?;
    let kind = member("Type").unwrap_or_default();
    let signed = canonical(&value, kind).ok_or(Problem::Unauthorised)?;
    let version = match member("SignatureVersion") {
        Some("1") => SnsVersion::One,
        Some("2") => SnsVersion::Two,
        _ => return Err(Problem::Unauthorised),
    };
    let at = member("Timestamp").and_then(|text| text.parse().ok());
    let recent = |at| desk.now().seconds_since(at).abs() <= SNS_AGE;
    authorised_if(at.is_some_and(recent))?;
    let address = member("SigningCertURL").filter(|url| is_certificate(url));
    let certificate = certificate(providers, desk, address.ok_or(Problem::Unauthorised)?).await?;
    authorised_if(certificate.is_valid_at(desk.now()))?;
    let signature = member("Signature").unwrap_or_default();
    authorised_if(certificate.signed(version, &signed, signature))?;
    match kind {
        "Notification" => {
            let message = member("Message").unwrap_or_default();
            // What is no JSON is SNS's own greeting.
            Ok(Value::read(message).map(|value| ses(&value)).unwrap_or_default())
        }
        "SubscriptionConfirmation" => {
            let url = member("SubscribeURL").filter(|url| is_sns(url));
            let url = url.ok_or(Problem::Unauthorised)?;
            let call = Call { url, headers: &[], body: None };
            match desk.store.send(call).await {
                Ok(answer) if answer.status == 200 => Ok(Vec::new()),
                Ok(answer) => Err(unreached(format!("SNS answered {}", answer.status))),
                Err(error) => Err(unreached(error.to_string())),
            }
        }
        _ => Ok(Vec::new()),
    }
}

async fn certificate<S: Outbound>(
    providers: &Providers,
    desk: &Desk<'_, S>,
    url: &str,
) -> Result<SnsCertificate, Problem> {
    let known = providers.certificates.borrow().iter().find(|(known, _)| known == url).cloned();
    if let Some((_, certificate)) = known {
        return Ok(certificate);
    }
    let answer = desk.store.send(Call { url, headers: &[], body: None }).await;
    let answer = answer.map_err(|error| unreached(error.to_string()))?;
    if answer.status != 200 {
        return Err(unreached(format!("the certificate: status {}", answer.status)));
    }
    let certificate = SnsCertificate::from_pem(&answer.body).map_err(|_| Problem::Unauthorised)?;
    authorised_if(certificate.is_for(url))?;
    let mut kept = providers.certificates.borrow_mut();
    if kept.len() >= MAX_CERTIFICATES {
        kept.clear();
    }
    kept.push((url.to_owned(), certificate.clone()));
    Ok(certificate)
}

/// How many certificates an instance keeps.
const MAX_CERTIFICATES: usize = 8;

/// How old a message of SNS may be, in seconds: it is stamped when it is published, and tried again for an hour or so.
const SNS_AGE: i64 = 24 * 3600;

fn authorised_if(it_is: bool) -> Result<(), Problem> {
    if it_is { Ok(()) } else { Err(Problem::Unauthorised) }
}

/// Whether what lies at an address may say who signs for SNS: a file of its own. On the same host the API of SNS, asked by
/// a query, answers with what anybody wrote into a topic.
fn is_certificate(url: &str) -> bool {
    let path = url.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    let name = path.and_then(|(_, path)| path.strip_suffix(".pem")).unwrap_or_default();
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_sns(url) && plain
}

/// Somebody whom the answer depends on was not reached, so the provider is to tell again.
fn unreached(why: impl Into<Cow<'static, str>>) -> Problem {
    Problem::StoreUnavailable(why.into())
}

fn json(body: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::malformed("not-utf-8"))?;
    Value::read(text).ok_or(Problem::malformed("json"))
}

/// An event about an address, where it is one.
fn about(address: &str, what: What) -> Option<Event> {
    Some(Event { who: Who::Address(address.parse().ok()?), what })
}

/// What SNS signs: the members that the kind of message has, in the order of their names, each followed by its value.
fn canonical(value: &Value, kind: &str) -> Option<String> {
    let names: &[&str] = match kind {
        "Notification" => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
            &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        }
        _ => return None,
    };
    let mut signed = String::new();
    for name in names {
        match value.at(&[name]) {
            Some(Value::Text(text)) => {
                for part in [name, "\n", text.as_str(), "\n"] {
                    signed.push_str(part);
                }
            }
            // Only a subject may be missing.
            None if *name == "Subject" => {}
            _ => return None,
        }
    }
    Some(signed)
}

/// Our own kinds, and those of Resend.
fn standard<S>(desk: &Desk<'_, S>, value: &Value) -> Vec<Event> {
    let what = match value.text(&["type"]) {
        "bounce.hard" => What::HardBounce,
        "complaint" | "email.complained" => What::Complaint,
        "unsubscribe" => What::Unsubscribed,
        "email.bounced" if matches!(value.text(&["data", "bounce", "type"]), "" | "Permanent") => {
            What::HardBounce
        }
        _ => return Vec::new(),
    };
    let token = Link::redeem(&desk.setup.keys, value.text(&["data", "token"]));
    if let Some(link) = token {
        return vec![Event { who: Who::Link(link), what }];
    }
    if let Ok(subject) = value.text(&["data", "subject"]).parse()
        && !value.text(&["type"]).starts_with("email.")
    {
        return vec![Event { who: Who::Subject(subject), what }];
    }
    let mut events: Vec<Event> = about(value.text(&["data", "email"]), what).into_iter().collect();
    for address in value.items(&["data", "to"]) {
        events.extend(about(address.text(&[]), what));
    }
    events
}

fn postmark(value: &Value) -> Vec<Event> {
    let event = match value.text(&["RecordType"]) {
        "Bounce" => match value.text(&["Type"]) {
            "HardBounce" | "BadEmailAddress" | "ManuallyDeactivated" => {
                about(value.text(&["Email"]), What::HardBounce)
            }
            // A SpamNotification comes from a filter that refused the mail, and says nothing of the person.
            "SpamComplaint" => about(value.text(&["Email"]), What::Complaint),
            _ => None,
        },
        "SpamComplaint" => about(value.text(&["Email"]), What::Complaint),
        "SubscriptionChange" => {
            let stopped = value.at(&["SuppressSending"]) == Some(&Value::True);
            let what = match value.text(&["SuppressionReason"]) {
                "HardBounce" => What::HardBounce,
                "SpamComplaint" => What::Complaint,
                _ => What::Unsubscribed,
            };
            about(value.text(&["Recipient"]), what).filter(|_| stopped)
        }
        _ => None,
    };
    event.into_iter().collect()
}

fn sendgrid(value: &Value) -> Vec<Event> {
    let events = value.items(&[]);
    let read = |event: &Value| {
        let what = match event.text(&["event"]) {
            // A block is a bounce that may pass.
            "bounce" if event.text(&["type"]) != "blocked" => What::HardBounce,
            "spamreport" => What::Complaint,
            "unsubscribe" | "group_unsubscribe" => What::Unsubscribed,
            // Not even tried, for what was told before: it may have been before we listened.
            "dropped" => match event.text(&["reason"]) {
                "Bounced Address" | "Invalid" => What::HardBounce,
                "Spam Reporting Address" => What::Complaint,
                "Unsubscribed Address" => What::Unsubscribed,
                _ => return None,
            },
            _ => return None,
        };
        about(event.text(&["email"]), what)
    };
    events.iter().filter_map(read).collect()
}

fn mailgun(value: &Value) -> Vec<Event> {
    let what = match value.text(&["event-data", "event"]) {
        "failed" if value.text(&["event-data", "severity"]) == "permanent" => What::HardBounce,
        "complained" => What::Complaint,
        "unsubscribed" => What::Unsubscribed,
        _ => return Vec::new(),
    };
    about(value.text(&["event-data", "recipient"]), what).into_iter().collect()
}

fn ses(value: &Value) -> Vec<Event> {
    // Event publishing and feedback notifications call the member by different names.
    let kind = match value.text(&["eventType"]) {
        "" => value.text(&["notificationType"]),
        kind => kind,
    };
    let (what, list) = match kind {
        "Bounce" if value.text(&["bounce", "bounceType"]) == "Permanent" => {
            (What::HardBounce, ["bounce", "bouncedRecipients"])
        }
        "Complaint" if value.text(&["complaint", "complaintFeedbackType"]) != "not-spam" => {
            (What::Complaint, ["complaint", "complainedRecipients"])
        }
        _ => return Vec::new(),
    };
    value.items(&list).iter().filter_map(|one| about(one.text(&["emailAddress"]), what)).collect()
}
