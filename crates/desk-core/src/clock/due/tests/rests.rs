//! What rests, and what that adds.

use super::*;

/// Identity was awaited for four weeks, so that the month from the day it was shown ends sooner, on a Friday. Who is asked
/// for a clarification on the Saturday behind it is asked too late, though the month from the event with its four weeks
/// would have been put off to the Monday.
#[test]
fn a_term_that_began_anew_is_over_for_what_is_asked_behind_it() {
    let asked = |on: &str| {
        Facts::on(Regime::UkGdpr, Right::Access, "2025-01-30")
            .pause(Cause::Identity, "2025-01-30T12:00:00Z", Some("2025-02-28T12:00:00Z"))
            .pause(Cause::Clarification, on, None)
            .due()
    };
    let late = asked("2025-03-29T12:00:00Z");
    assert_eq!(late.last_day, day("2025-03-28"));
    assert!(!late.is_resting() && late.is_overdue(at("2025-03-29T00:00:00Z")));
    assert!(late.steps.iter().any(|step| matches!(step, Step::RestTooLate { .. })));
    assert!(asked("2025-03-28T12:00:00Z").is_resting());
}

/// The month ends on Saturday, 7 March, and is put off to Monday. What is asked on that Monday is in time: the nine days
/// added behind the Saturday would end the term on the 16th, while the person was still waited for.
#[test]
fn no_term_ends_before_the_answer_that_it_rested_for() {
    let asked = |on: &str, came: &str| {
        let facts = Facts::on(Regime::UkGdpr, Right::Access, "2026-02-07");
        facts.pause(Cause::Clarification, on, Some(came)).due()
    };
    let due = asked("2026-03-09T00:00:00Z", "2026-03-18T00:00:00Z");
    assert_eq!(due.last_day, day("2026-03-18"));
    assert!(!due.is_overdue(at("2026-03-18T23:59:59Z")));
    assert!(matches!(steps(&due, "rested"), Step::Rested { days: 9, held: true, .. }));
    // On the Sunday as well; asked on the day of the same number, the days behind that do.
    let due = asked("2026-03-08T12:00:00Z", "2026-03-18T12:00:00Z");
    assert_eq!(due.last_day, day("2026-03-18"));
    let due = asked("2026-03-07T12:00:00Z", "2026-03-18T12:00:00Z");
    assert!(matches!(steps(&due, "rested"), Step::Rested { days: 11, held: false, .. }));
    assert_eq!(due.last_day, day("2026-03-18"));
    // Behind a month that began anew it is the same: that from 28 February ends on a Saturday.
    let anew = Facts::on(Regime::UkGdpr, Right::Access, "2026-01-28")
        .pause(Cause::Identity, "2026-01-28T12:00:00Z", Some("2026-02-28T12:00:00Z"))
        .pause(Cause::Clarification, "2026-03-30T12:00:00Z", Some("2026-04-08T12:00:00Z"))
        .due();
    assert!(matches!(steps(&anew, "anew"), Step::Anew { last, .. } if last == day("2026-04-08")));
    assert_eq!(anew.last_day, day("2026-04-08"));
}

#[test]
fn the_clock_rests_in_the_united_kingdom_for_both_questions() {
    let request = Facts::on(Regime::UkGdpr, Right::Access, "2026-03-02");
    assert_eq!(request.last_day(), "2026-04-02");
    let (asked, came) = ("2026-03-05T17:00:00Z", "2026-03-12T09:00:00Z");
    for cause in Cause::ALL {
        let rested = request.clone().pause(cause, asked, Some(came));
        assert_eq!(rested.last_day(), "2026-04-09");
        assert!(matches!(steps(&rested.due(), "rested"), Step::Rested { days: 7, .. }));
    }
    // Both at once do not count twice.
    let both = request
        .clone()
        .pause(Cause::Clarification, "2026-03-10T17:00:00Z", Some("2026-03-16T09:00:00Z"))
        .pause(Cause::Identity, asked, Some(came));
    assert_eq!(both.last_day(), "2026-04-13");
    // Within a day it adds nothing.
    let short = request.clone().pause(Cause::Identity, asked, Some("2026-03-05T18:00:00Z"));
    assert_eq!(short.last_day(), "2026-04-02");
    // The extension is counted from receipt, and rests as well.
    let extended = request.clone().pause(Cause::Identity, asked, Some(came)).extended();
    assert_eq!(extended.last_day(), "2026-06-09");
    // What is asked when the month is over comes too late.
    let late = request.pause(Cause::Identity, "2026-04-03T00:00:00+01:00", None);
    assert_eq!(late.last_day(), "2026-04-02");
    assert!(late.names().contains(&"rest-too-late") && !late.due().is_resting());
}

#[test]
fn a_clarification_stops_the_clock_of_access_alone_in_the_united_kingdom() {
    let (asked, came) = ("2026-03-05T17:00:00Z", "2026-03-12T09:00:00Z");
    for right in Right::REQUESTS {
        let request = Facts::on(Regime::UkGdpr, right, "2026-03-02");
        let clarified = request.pause(Cause::Clarification, asked, Some(came));
        let expected = if right == Right::Access { "2026-04-09" } else { "2026-04-02" };
        assert_eq!(clarified.last_day(), expected, "{right:?}");
    }
}

#[test]
fn a_month_in_the_united_kingdom_never_ends_later_than_one_from_the_proof_of_identity() {
    let request = Facts::on(Regime::UkGdpr, Right::Access, "2027-01-15");
    let (asked, came) = ("2027-01-15T12:00:00Z", "2027-02-15T12:00:00Z");
    // Going on, 31 days come after 15 February; its month has 28.
    let proven = request.clone().pause(Cause::Identity, asked, Some(came));
    assert_eq!(proven.last_day(), "2027-03-15");
    assert!(
        matches!(steps(&proven.due(), "anew"), Step::Anew { from, .. } if from.to_string() == "2027-02-15")
    );
    // What rests for a clarification after it does not count in that month either.
    let (asked, came) = ("2027-02-20T12:00:00Z", "2027-02-24T12:00:00Z");
    let both = proven.clone().pause(Cause::Clarification, asked, Some(came));
    assert_eq!(both.last_day(), "2027-03-19");
    let extended = proven.extended();
    assert_eq!(extended.last_day(), "2027-05-17");
    // While it is awaited behind another rest, it ends as if it were shown on the day on which that began, and says so.
    for (received, cleared, last) in
        [("2026-01-15", "2026-02-01", "2026-03-02"), ("2027-10-28", "2027-10-31", "2027-11-30")]
    {
        let [asked, cleared] = [received, cleared].map(|day| format!("{day}T12:00:00Z"));
        let request = Facts::on(Regime::UkGdpr, Right::Access, received).pause(
            Cause::Clarification,
            &asked,
            Some(&cleared),
        );
        let awaited = request.clone().pause(Cause::Identity, &cleared, None);
        assert_eq!(awaited.last_day(), last);
        assert!(matches!(steps(&awaited.due(), "anew"), Step::Anew { awaited: true, .. }));
        let shown = request.pause(Cause::Identity, &cleared, Some(&cleared));
        assert_eq!(shown.last_day(), last);
        assert!(matches!(steps(&shown.due(), "anew"), Step::Anew { awaited: false, .. }));
    }
    // So it is where a clarification is awaited as well, in either order, and where identity came meanwhile.
    let asked = "2026-02-01T12:00:00Z";
    let clarified = Facts::on(Regime::UkGdpr, Right::Access, "2026-01-15").pause(
        Cause::Clarification,
        "2026-01-15T12:00:00Z",
        Some(asked),
    );
    for pauses in [
        [(Cause::Clarification, None), (Cause::Identity, None)],
        [(Cause::Identity, None), (Cause::Clarification, None)],
        [(Cause::Clarification, None), (Cause::Identity, Some(asked))],
    ] {
        let facts = pauses
            .iter()
            .fold(clarified.clone(), |facts, (cause, to)| facts.pause(*cause, asked, *to));
        assert_eq!(facts.last_day(), "2026-03-02", "{pauses:?}");
        assert_eq!(facts.due().rests_since, Some(at(asked)));
    }
    // Where going on ends it sooner, it goes on.
    let asked = "2027-01-20T12:00:00Z";
    let later = request.pause(Cause::Identity, asked, Some("2027-01-25T12:00:00Z"));
    assert_eq!(later.last_day(), "2027-02-22");
    assert!(!later.names().contains(&"anew"));
}

#[test]
fn the_clock_rests_in_the_union_for_identity_alone() {
    let request = european("2026-03-02");
    let (asked, came) = ("2026-03-05T17:00:00Z", "2026-03-12T09:00:00Z");
    let identity = request.clone().pause(Cause::Identity, asked, Some(came));
    assert_eq!(identity.last_day(), "2026-04-09");
    let clarification = request.pause(Cause::Clarification, asked, Some(came));
    assert_eq!(clarification.last_day(), "2026-04-02");
    assert!(clarification.names().contains(&"no-rest"));
}

#[test]
fn nothing_rests_in_russia() {
    for rule in RULES.iter().filter(|rule| rule.regime == Regime::Ru152Fz) {
        let facts = Facts::new(rule, "2026-03-02T10:00:00+03:00");
        let asked = facts.clone().pause(Cause::Identity, "2026-03-02T11:00:00+03:00", None);
        assert_eq!(asked.due().at, facts.due().at, "{rule:?}");
        assert!(!asked.due().is_resting() && asked.names().contains(&"no-rest"), "{rule:?}");
    }
}

#[test]
fn a_clock_that_rests_is_never_late_and_time_stands_still_for_it() {
    let asked = "2026-03-05T17:00:00Z";
    let facts =
        Facts::on(Regime::UkGdpr, Right::Access, "2026-03-02").pause(Cause::Identity, asked, None);
    let due = facts.due();
    assert_eq!(due.rests_since, Some(at(asked)));
    let long_after = at("2026-12-01T12:00:00Z");
    assert!(!due.is_overdue(long_after));
    assert_eq!(facts.clock().left(&due, long_after), facts.clock().left(&due, at(asked)));
    assert_eq!(facts.clock().left(&due, at(asked)).days, 28);
    // What is asked while it rests already stops it when that rest ends.
    let proven = "2026-03-12T09:00:00Z";
    let facts = Facts::on(Regime::UkGdpr, Right::Access, "2026-03-02")
        .pause(Cause::Identity, asked, Some(proven))
        .pause(Cause::Clarification, "2026-03-08T12:00:00Z", None);
    let due = facts.due();
    assert_eq!((due.last_day, due.rests_since), (day("2026-04-09"), Some(at(proven))));
    assert_eq!(facts.clock().left(&due, long_after).days, 28);
    assert!(
        matches!(steps(&due, "resting"), Step::Resting { since, .. } if since == day("2026-03-12"))
    );
}
