//! The `desk` command: starts the desk here, and publishes policies anywhere.
#![allow(
    clippy::disallowed_methods,
    reason = "the bans on clocks and the environment are for guests; this is a command"
)]

mod check;
mod client;
mod clock;
mod links;
mod lint;
mod policy;
mod secrets;
mod setup;
mod sheet;
mod suppressions;
mod terminal;
mod toolchain;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The privacy side of a mobile app, on this machine.
#[derive(Parser)]
#[command(name = "desk", version, disable_help_subcommand = true)]
#[command(after_help = "Without a command, `desk` is `desk up`.")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Build the functions and serve them.
    Up(up::UpArgs),
    /// Print fresh secrets as a .env file.
    Secrets,
    /// Check the configuration, and list everything that is wrong with it.
    Check(check::CheckArgs),
    /// Publish and list versions of the policy.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Make unsubscribe links for the addresses of a CSV file, without a running desk.
    Links(links::LinksArgs),
    /// Say when something is due by law, and why.
    Clock(clock::ClockArgs),
    /// Look at a raw mail as a mailbox provider does.
    Lint(lint::LintArgs),
    /// Import opt-outs, and ask who must not be written to.
    #[command(subcommand)]
    Suppressions(suppressions::SuppressionsCommand),
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let outcome = match command.unwrap_or_else(|| Command::Up(up::UpArgs::default())) {
        Command::Up(up) => up.run(),
        Command::Secrets => secrets::print(),
        Command::Check(check) => return check.run(),
        Command::Policy(policy) => policy.run(),
        Command::Links(links) => return links.run(),
        Command::Clock(clock) => return clock.run(),
        Command::Lint(lint) => return lint.run(),
        Command::Suppressions(suppressions) => return suppressions.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
