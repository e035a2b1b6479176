//! `desk clock` as a person types it.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::harness::CommandOutput;

fn clock_with(input: &str, arguments: &[&str]) -> CommandOutput {
    let mut process = Command::new(env!("CARGO_BIN_EXE_desk"))
        .arg("clock")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that wants no input may have ended already.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    let said = CommandOutput::new(process.wait_with_output().unwrap());
    CommandOutput { out: said.out.replace('\u{a0}', " "), ..said }
}

fn clock(arguments: &str) -> CommandOutput {
    clock_with("", &arguments.split(' ').collect::<Vec<_>>())
}

#[test]
fn a_due_date_explains_itself_in_both_languages() {
    let asked = "--right access --received 2025-12-22T10:00:00+03:00";
    let said = clock(asked);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with(
        "Russia, 152-FZ: access to one's data\n\nAnswer: Thursday, 15 January 2026, 23:59:59 UTC+3\n  · Received on Monday, 22 December 2025 at 10:00 UTC+3.\n"
    ), "{}", said.out);
    assert!(said.out.contains("weekends, 31 December 2025 to 9 January 2026"), "{}", said.out);
    let widest = said.out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(90), "{}", said.out);
    let said = clock(&format!("{asked} --lang ru --now 2025-12-31"));
    assert!(
        said.out.contains("\nОтветить: четверг, 15 января 2026 года, 23:59:59 UTC+3\n"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("До последнего дня: 15 дней, в том числе: 4 рабочих дня."),
        "{}",
        said.out
    );
    let said = clock(&format!("{asked} --now 2026-01-16"));
    assert!(said.out.contains("Overdue since Thursday, 15 January 2026"), "{}", said.out);
}

#[test]
fn every_clock_of_a_right_is_shown_and_programs_read_json() {
    let said = clock(
        "--regime us-ca --right erasure --received 2026-01-08 --zone PST8PDT,M3.2.0,M11.1.0 --json",
    );
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let clocks = value["clocks"].as_array().unwrap();
    let of = |at: usize, name: &str| clocks[at][name].as_str().unwrap().to_owned();
    assert_eq!((of(0, "act"), of(0, "last_day")), ("acknowledge".into(), "2026-01-22".into()));
    assert_eq!((of(1, "act"), of(1, "due")), ("answer".into(), "2026-02-22T23:59:59-08:00".into()));
    assert_eq!(clocks[0]["provisional"], true);
}

#[test]
fn rests_extensions_and_calendars_are_taken() {
    let london = "--regime uk-gdpr --right access --received 2026-03-02 --zone GMT0BST,M3.5.0/1,M10.5.0 --json";
    let last_day = |more: &str| {
        let said = clock(&format!("{london}{more}"));
        let value: Value = serde_json::from_str(&said.out).unwrap();
        value["clocks"][0]["last_day"].as_str().unwrap().to_owned()
    };
    assert_eq!(last_day(""), "2026-04-02");
    assert_eq!(last_day(" --rest clarification:2026-03-05..2026-03-12"), "2026-04-09");
    assert_eq!(last_day(" --extended"), "2026-06-02");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calendar.json");
    fs::write(
        &file,
        r#"{"uk": {"2026": {"non_working": ["2026-04-02", "2026-04-03", "2026-04-06"]}}}"#,
    )
    .unwrap();
    assert_eq!(last_day(&format!(" --calendar {}", file.display())), "2026-04-07");
    fs::write(&file, r#"{"uk": {"2026": {"non_working": ["2025-04-02"]}}}"#).unwrap();
    let said = clock(&format!("{london} --calendar {}", file.display()));
    assert_eq!(said.code, 2);
    assert!(
        said.err.ends_with("calendar.json: uk 2026: 2025-04-02 lies in another year\n"),
        "{}",
        said.err
    );
}

#[test]
fn many_are_read_from_a_csv_and_bad_lines_are_named() {
    let text = "\u{feff}Id;Right;Received;Regime;Zone;Extended;Rests\r\n\
        1;access;2025-12-22T10:00:00+03:00;;;;\r\n\
        2;access;2025-01-31;eu-gdpr;CET-1CEST,M3.5.0,M10.5.0/3;yes;\r\n\
        3;entry;2025-01-31;;;;\r\n\
        4;access;yesterday;;;;\r\n\
        5;complaint;2026-01-08;us-ca;;;\r\n\
        6;access;2026-01-08;us-ca;PST8PDT,M3.2.0,M11.1.0;;\r\n\
        7;access;2026-01-08;;;maybe;\r\n\
        8;access;2026-01-08;;;;2026-01-09\r\n";
    let said = clock_with(text, &[]);
    assert_eq!(said.code, 1);
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!(lines.len(), 5, "{}", said.out);
    assert!(lines[0].ends_with("Rests;act;last_day;due;provisional;why"), "{}", lines[0]);
    assert!(
        lines[1].contains(";answer;2026-01-15;2026-01-15T23:59:59+03:00;no;\"10 working days"),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains(";answer;2025-04-30;2025-04-30T23:59:59+02:00;no;"), "{}", lines[2]);
    assert!(
        lines[3].starts_with("6;") && lines[3].contains(";acknowledge;2026-01-22;"),
        "{}",
        lines[3]
    );
    assert!(lines[4].starts_with("6;") && lines[4].contains(";answer;2026-02-22;"), "{}", lines[4]);
    for reason in [
        "desk: line 4: right: there are access, ",
        "desk: line 5: received: not an RFC 3339 date or instant: ",
        "desk: line 6: us-ca has no complaint: it has access, ",
        "desk: line 8: extended is neither yes nor no\n",
        "desk: line 9: rests: write it as FROM..TO, ",
        "desk: 5 of 8 rows have no date\n",
    ] {
        assert!(said.err.contains(reason), "{reason}: {}", said.err);
    }
    // The same, a line each; what the lines leave out, the options say.
    let said = clock_with(
        "received\n2026-03-02\n2026-03-03\n",
        &["--right", "access", "--json", "--now", "2026-03-04"],
    );
    let days: Vec<_> = said
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|value| {
            (
                value["line"].as_u64().unwrap(),
                value["last_day"].as_str().unwrap().to_owned(),
                value["days_left"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(days, [(2, "2026-03-17".to_owned(), 13), (3, "2026-03-18".to_owned(), 14)]);
    // In CSV it says how much is left as well.
    let said = clock_with("received,right\n2026-03-02,access\n", &["--now", "2026-03-18"]);
    assert!(said.out.lines().next().unwrap().ends_with(",why,overdue,days_left"), "{}", said.out);
    assert!(said.out.ends_with(",yes,-1\n"), "{}", said.out);
}

#[test]
fn what_cannot_be_reckoned_is_said_in_a_sentence() {
    for (input, arguments, reason) in [
        (
            "",
            "--lang en",
            "desk: standard input is empty: its first line must name the columns, one of them received\n",
        ),
        ("a,b\n", "--lang en", "desk: standard input has no column received, but a, b\n"),
        (
            "received,why\n",
            "--lang en",
            "desk: standard input has a column why already: rename it, for dates come with one of that name\n",
        ),
        ("", "--received 2026-01-01", "desk: give --right; --list shows what there is\n"),
        (
            "",
            "--right access --received noon",
            "desk: --received: not an RFC 3339 date or instant: write it as 2025-12-22T10:00:00+03:00, or a day as 2025-12-22\n",
        ),
        ("", "--right access --received 2026-02-29", "desk: --received: no such date or time\n"),
        (
            "",
            "--right access --received 2026-02-28T24:30:00Z",
            "desk: --received: no such date or time\n",
        ),
        (
            "",
            "--right access --received 2026-01-01 --rest 2026-01-03..2026-01-02",
            "desk: --rest: it ends before it begins\n",
        ),
        (
            "",
            "--right dissemination --regime br-lgpd --received 2026-01-01",
            "desk: br-lgpd has no dissemination: it has access, portability, rectification, erasure, restriction, objection, withdrawal\n",
        ),
    ] {
        let said = clock_with(input, &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!((said.code, said.err.as_str()), (2, reason), "{arguments}");
    }
    let said = clock("--right access --regime gdpr --received 2026-01-01");
    assert!(
        said.code == 2 && said.err.contains("the regimes are ru-152fz, eu-gdpr,"),
        "{}",
        said.err
    );
    let said = clock("--right access --zone Europe/Moscow --received 2026-01-01");
    assert!(said.code == 2 && said.err.contains("not a POSIX rule"), "{}", said.err);
}

#[test]
fn the_list_shows_every_clock_and_how_sure_it_is() {
    let said = clock("--list");
    assert_eq!(said.code, 0);
    let rows: Vec<_> = said.out.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(rows.len(), 55, "{}", said.out);
    let dissemination = rows.iter().find(|row| row.starts_with("  dissemination")).unwrap();
    assert!(
        dissemination.contains("3 working days") && dissemination.contains("152-FZ, art. 10.1(14)"),
        "{dissemination}"
    );
    assert!(dissemination.ends_with("numbers seen in a secondary source"), "{dissemination}");
    for sure in ["numbers checked against the law", "numbers not checked"] {
        assert!(rows.iter().any(|row| row.ends_with(sure)), "{}", said.out);
    }
    let value: Value = serde_json::from_str(&clock("--list --json --lang ru").out).unwrap();
    assert_eq!(value["rules"].as_array().unwrap().len(), 55);
}
