//! `desk suppressions pending`: how many opt-outs the mailer does not know yet.

use clap::Args;
use serde_json::Value;

use super::DeskAccess;
use crate::terminal::say;

/// Where to ask.
#[derive(Args)]
pub(crate) struct PendingArgs {
    #[command(flatten)]
    desk: DeskAccess,
}

impl PendingArgs {
    pub(super) fn run(self) -> anyhow::Result<bool> {
        let session = self.desk.session()?;
        let answer = session.get("/suppressions/pending")?;
        let Some(pending) = answer.get("pending").and_then(Value::as_u64) else {
            return Err(session.not_a_desk());
        };
        if pending == 0 {
            say("The mailer knows every opt-out.");
            return Ok(true);
        }
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or("?");
        let age = answer.get("oldest_age_seconds").and_then(Value::as_u64).unwrap_or_default();
        let waits = if pending == 1 { "opt-out waits" } else { "opt-outs wait" };
        say(format_args!("{pending} {waits} for the mailer."));
        say(format_args!("The oldest is {} old, from {}.", duration(age), text("oldest_at")));
        let overdue = answer.get("overdue").and_then(Value::as_bool).unwrap_or(false);
        let (must, due) = if overdue { ("was", "OVERDUE: ") } else { ("is", "") };
        say(format_args!("{due}It {must} due by {}.", text("due_at")));
        Ok(true)
    }
}

/// A time for people, in its two largest units.
fn duration(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    if days > 0 {
        format!("{days} d {} h", hours % 24)
    } else if hours > 0 {
        format!("{hours} h {} min", minutes % 60)
    } else if minutes > 0 {
        format!("{minutes} min")
    } else {
        format!("{seconds} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_units() {
        let texts = [5, 60, 3_660, 86_399, 90_000].map(duration);
        assert_eq!(texts, ["5 s", "1 min", "1 h 1 min", "23 h 59 min", "1 d 1 h"]);
    }
}
