//! `desk lint`: what a mailbox provider would object to in a raw mail.

use std::{
    fs::File,
    io::{self, Read},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, anyhow};
use clap::Args;
use desk_app::links::token_of;
use desk_core::{
    lang::Lang,
    mail::{
        lint::{Finding, LintVerdict, Token, is_clean, lint},
        message::{MAX_MESSAGE, MailMessage, UnreadableMail},
    },
};
use desk_documents::lint_report;

use crate::{
    setup::SetupArgs,
    terminal::{exit_code, say, styled},
};

/// Which mail.
#[derive(Args)]
#[command(after_help = "Whether the link in the mail works is checked with the secrets of the \
    desk, where they are found here.\n\nExit status: 0 if nobody would object, 1 if somebody \
    would, 2 if the mail could not be read.")]
pub(crate) struct LintArgs {
    /// The raw mail, as it is sent; - is standard input.
    file: PathBuf,
    /// Print JSON as POST /unsubscribe/lint answers.
    #[arg(long)]
    json: bool,
    /// The language of the findings: en or ru.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Lang,
    #[command(flatten)]
    setup: SetupArgs,
}

impl LintArgs {
    pub(crate) fn run(self) -> ExitCode {
        exit_code(self.inspect())
    }

    /// Shows what somebody would object to, and says whether nobody would.
    fn inspect(&self) -> anyhow::Result<bool> {
        let raw = self.read()?;
        let message = MailMessage::read(&raw).map_err(|why| match why {
            UnreadableMail::TooLarge => anyhow!("the mail is larger than {MAX_MESSAGE} bytes"),
            UnreadableMail::TooManyFields => anyhow!("the mail has more than 1,000 fields"),
            UnreadableMail::NoHeader => {
                anyhow!("this is no raw mail: it does not begin with a field such as From:")
            }
        })?;
        // Without secrets the mail is looked at all the same.
        let setup = self.setup.load().ok();
        let token = |url: &str| setup.as_ref().map_or(Token::Unknown, |setup| token_of(setup, url));
        let findings = lint(&message, &token);
        if self.json {
            say(lint_report::json(&findings, self.lang));
        } else {
            self.show(&findings);
        }
        Ok(is_clean(&findings))
    }

    fn read(&self) -> anyhow::Result<Vec<u8>> {
        let mut raw = Vec::new();
        // One byte more than may be, so that what is too large is told from what is just not.
        let limit = MAX_MESSAGE as u64 + 1;
        let outcome = if self.file.as_os_str() == "-" {
            io::stdin().lock().take(limit).read_to_end(&mut raw)
        } else {
            File::open(&self.file).and_then(|file| file.take(limit).read_to_end(&mut raw))
        };
        outcome.with_context(|| format!("{} cannot be read", self.file.display()))?;
        Ok(raw)
    }

    /// Shows the findings, with what was seen where somebody would object.
    fn show(&self, findings: &[Finding]) {
        for finding in findings {
            let (mark, colour) = match finding.verdict {
                LintVerdict::Pass => ("✓", "32"),
                LintVerdict::Fail => ("✗", "31"),
                LintVerdict::Advice => ("!", "33"),
                LintVerdict::Unknown => ("?", "36"),
            };
            let text = lint_report::text(finding.rule, finding.verdict, self.lang);
            say(format_args!("{} {text}", styled(colour, mark)));
            if finding.verdict == LintVerdict::Fail {
                if !finding.seen.is_empty() {
                    say(format_args!("    seen: {}", finding.seen));
                }
                say(format_args!("    {}", finding.rule.source()));
            }
        }
        let faults = findings.iter().filter(|finding| finding.verdict == LintVerdict::Fail).count();
        let sum = match (self.lang, faults) {
            (Lang::En, 0) => "Nobody would object to this mail.".to_owned(),
            (Lang::En, 1) => "One thing to mend.".to_owned(),
            (Lang::En, _) => format!("{faults} things to mend."),
            (Lang::Ru, 0) => "К этому письму претензий не будет.".to_owned(),
            (Lang::Ru, _) => format!("Нужно исправить: {faults}."),
        };
        say(format_args!("\n{sum}"));
    }
}
