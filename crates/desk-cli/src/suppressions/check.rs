//! `desk suppressions check`: whether people may be written to.

use anyhow::anyhow;
use clap::Args;
use desk_core::email::EmailAddress;
use serde_json::{Value, json};

use super::DeskAccess;
use crate::terminal::{printable, say, table};

/// Whom to ask about.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The addresses.
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    #[command(flatten)]
    desk: DeskAccess,
    /// Ask about mail to this list; without it, only about all mail.
    #[arg(long, value_name = "ID")]
    list: Option<String>,
}

/// The most addresses of a question.
const QUESTION: usize = 1_000;

impl CheckArgs {
    pub(super) fn run(self) -> anyhow::Result<bool> {
        let mut addresses = Vec::new();
        for text in &self.addresses {
            let address: EmailAddress =
                text.parse().map_err(|error| anyhow!("{}: {error}", printable(text, 100)))?;
            addresses.push(address);
        }
        let session = self.desk.session()?;
        let mut rows = Vec::new();
        for asked in addresses.chunks(QUESTION) {
            let emails: Vec<_> = asked.iter().map(EmailAddress::as_str).collect();
            let mut body = json!({ "emails": emails });
            if let (Some(list), Value::Object(body)) = (&self.list, &mut body) {
                body.insert("list".to_owned(), list.as_str().into());
            }
            let answer = session.post("/suppressions/check", &body)?;
            let results = answer.get("results").and_then(Value::as_array);
            let Some(results) = results.filter(|results| results.len() == asked.len()) else {
                return Err(session.not_a_desk());
            };
            for (email, result) in emails.into_iter().zip(results) {
                rows.push(table_row(email, result).ok_or_else(|| session.not_a_desk())?);
            }
        }
        say(table(["Address", "Mail", "Because of"], &rows));
        Ok(true)
    }
}

/// A line of the table; nothing where the answer is none of a desk's.
fn table_row(email: &str, result: &Value) -> Option<[String; 3]> {
    let suppressed = result.get("suppressed")?.as_bool()?;
    let because = result.get("because")?.as_array()?.iter().map(|held| {
        let text = |name: &str| held.get(name).and_then(Value::as_str).unwrap_or("?");
        let (scope, reason) = (text("scope"), text("reason"));
        let at = text("at");
        // A bounce by a bounce is said once.
        let by = if scope == reason { String::new() } else { format!(" ({reason})") };
        format!("{scope}{by} since {}", at.get(..10).unwrap_or(at))
    });
    let because = because.collect::<Vec<_>>().join(", ");
    Some([email.to_owned(), if suppressed { "no" } else { "yes" }.to_owned(), because])
}
