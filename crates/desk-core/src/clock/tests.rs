//! The examples of the reference by name, what must hold of any clock, and a second reckoning to hold the first to.

mod oracle;

use proptest::prelude::*;

use super::calendar::{Calendar, Calendars, Source};
use super::due::{Cause, Clock, Due, ExtensionRefusal, Pause, Step};
use super::regime::{Act, RULES, Regime, Right, Rule, Unit, leading, rule};
use super::zone::Zone;
use crate::id::Id;
use crate::time::{Date, Timestamp};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn zone(text: &str) -> Zone {
    text.parse().unwrap()
}

/// The zone in which an operator under this regime would sit.
fn home(regime: Regime) -> &'static str {
    match regime {
        Regime::Ru152Fz => "MSK-3",
        Regime::EuGdpr => "CET-1CEST,M3.5.0,M10.5.0/3",
        Regime::UkGdpr => "GMT0BST,M3.5.0/1,M10.5.0",
        Regime::UsCa => "PST8PDT,M3.2.0,M11.1.0",
        Regime::BrLgpd => "<-03>3",
    }
}

/// What happened, and what is known of working days.
#[derive(Clone, Debug)]
struct Facts {
    rule: &'static Rule,
    received: Timestamp,
    zone: Zone,
    calendars: Calendars,
    pauses: Vec<Pause>,
    extended: bool,
}

impl Facts {
    fn new(rule: &'static Rule, received: &str) -> Self {
        Self {
            rule,
            received: at(received),
            zone: zone(home(rule.regime)),
            calendars: Calendars::default(),
            pauses: Vec::new(),
            extended: false,
        }
    }

    /// A request of this right that came at ten in the morning, there.
    fn on(regime: Regime, right: Right, received: &str) -> Self {
        let mut facts = Self::new(leading(regime, right).unwrap(), "2000-01-01T00:00:00Z");
        facts.received = facts.zone.start_of(day(received)).plus_seconds(36_000);
        facts
    }

    fn extended(self) -> Self {
        Self { extended: true, ..self }
    }

    fn pause(mut self, cause: Cause, from: &str, to: Option<&str>) -> Self {
        self.pauses.push(Pause { cause, from: at(from), to: to.map(at) });
        self
    }

    fn holidays(mut self, calendar: Calendar, year: u16, days: &[&str]) -> Self {
        let days: Vec<_> = days.iter().map(|text| day(text)).collect();
        self.calendars = self.calendars.with_year(calendar, year, &days, &[]).unwrap();
        self
    }

    fn clock(&self) -> Clock<'_> {
        Clock {
            rule: self.rule,
            received: self.received,
            zone: &self.zone,
            calendars: &self.calendars,
            pauses: &self.pauses,
            extended: self.extended,
        }
    }

    fn due(&self) -> Due {
        self.clock().due()
    }

    fn last_day(&self) -> String {
        self.due().last_day.to_string()
    }

    fn names(&self) -> Vec<&'static str> {
        self.due().steps.iter().map(Step::name).collect()
    }
}

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

fn russian(right: Right, received: &str) -> Facts {
    Facts::on(Regime::Ru152Fz, right, received)
}

fn european(received: &str) -> Facts {
    Facts::on(Regime::EuGdpr, Right::Access, received)
}

#[test]
fn russian_working_days_are_those_of_the_production_calendar() {
    // Received on; 3, 7, 10 and 15 working days; what ten days from Monday to Friday would give, and ten days.
    for (received, expected, naive) in [
        (
            "2025-12-22",
            ["2025-12-25", "2026-01-12", "2026-01-15", "2026-01-22"],
            ["2026-01-05", "2026-01-01"],
        ),
        (
            "2025-12-30",
            ["2026-01-14", "2026-01-20", "2026-01-23", "2026-01-30"],
            ["2026-01-13", "2026-01-09"],
        ),
        (
            "2026-02-16",
            ["2026-02-19", "2026-02-26", "2026-03-03", "2026-03-11"],
            ["2026-03-02", "2026-02-26"],
        ),
        (
            "2026-03-02",
            ["2026-03-05", "2026-03-12", "2026-03-17", "2026-03-24"],
            ["2026-03-16", "2026-03-12"],
        ),
        (
            "2026-04-29",
            ["2026-05-05", "2026-05-12", "2026-05-15", "2026-05-22"],
            ["2026-05-13", "2026-05-09"],
        ),
        (
            "2026-06-01",
            ["2026-06-04", "2026-06-10", "2026-06-16", "2026-06-23"],
            ["2026-06-15", "2026-06-11"],
        ),
        (
            "2026-10-29",
            ["2026-11-03", "2026-11-10", "2026-11-13", "2026-11-20"],
            ["2026-11-12", "2026-11-08"],
        ),
        (
            "2026-11-20",
            ["2026-11-25", "2026-12-01", "2026-12-04", "2026-12-11"],
            ["2026-12-04", "2026-11-30"],
        ),
    ] {
        let found = [
            russian(Right::Dissemination, received),
            russian(Right::Rectification, received),
            russian(Right::Access, received),
            russian(Right::Access, received).extended(),
        ];
        assert_eq!(found.each_ref().map(Facts::last_day), expected, "{received}");
        assert!(found.iter().all(|facts| !facts.due().provisional), "{received}");
        // What an engine promises that counts Monday to Friday, or mere days: the same day at best.
        let business_days = rule(Regime::UsCa, Right::Access, Act::Acknowledge).unwrap();
        let weekdays = Facts { rule: business_days, ..russian(Right::Access, received) };
        let days = day(received).plus_days(10).to_string();
        assert_eq!([weekdays.last_day(), days], naive, "{received}");
        assert!(naive.iter().all(|wrong| *wrong <= expected[2]), "{received}");
    }
}

fn steps(due: &Due, name: &str) -> Step {
    due.steps.iter().find(|step| step.name() == name).cloned().unwrap()
}

#[test]
fn a_request_before_the_russian_new_year_explains_itself() {
    let facts = russian(Right::Access, "2025-12-22");
    let due = facts.due();
    assert_eq!(facts.names(), ["received", "next-day", "working-days", "last-day"]);
    let Step::WorkingDays { count: 10, last, skipped, worked, versions, article } =
        steps(&due, "working-days")
    else {
        panic!("{due:?}")
    };
    assert_eq!(last, day("2026-01-15"));
    assert_eq!(skipped, [(day("2025-12-31"), day("2026-01-09"))]);
    assert!(worked.is_empty());
    let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
    assert_eq!(versions, ["ru-2025, xmlcalendar 2025-10-01", "ru-2026, xmlcalendar 2025-10-01"]);
    assert_eq!(article.place, "14(3), 20(1)");
    assert_eq!(due.at, at("2026-01-15T23:59:59+03:00"));
}

#[test]
fn a_working_saturday_is_worked() {
    // Saturday 1 November 2025 is worked, Monday and Tuesday after it are off.
    let facts = russian(Right::StopUnlawful, "2025-10-29");
    assert_eq!(facts.last_day(), "2025-11-01");
    let Step::WorkingDays { worked, .. } = steps(&facts.due(), "working-days") else { panic!() };
    assert_eq!(worked, [day("2025-11-01")]);
    assert_eq!(russian(Right::StopUnlawful, "2025-10-30").last_day(), "2025-11-05");
}

#[test]
fn half_past_midnight_in_moscow_is_the_new_day() {
    let rule = leading(Regime::Ru152Fz, Right::Access).unwrap();
    let new_day = Facts::new(rule, "2026-06-02T00:30:00+03:00");
    assert_eq!(new_day.last_day(), "2026-06-17");
    let old_day = Facts::new(rule, "2026-06-01T23:59:59+03:00");
    assert_eq!(old_day.last_day(), "2026-06-16");
    // The same instant is still the first of June in UTC, where the others count.
    let elsewhere = Facts { zone: Zone::utc(), ..new_day };
    assert_eq!(elsewhere.last_day(), "2026-06-16");
}

#[test]
fn a_month_is_a_month_and_not_thirty_days() {
    // Received 30 January 2025: 30 times 24 hours give 1 March.
    assert_eq!(european("2025-01-30").last_day(), "2025-02-28");
    assert_eq!(european("2025-01-31").last_day(), "2025-02-28");
    let Step::Months { is_shorter: true, .. } = steps(&european("2025-01-31").due(), "months")
    else {
        panic!()
    };
    // Extended, it is three months from receipt, not two from the end of February.
    assert_eq!(european("2025-01-31").extended().last_day(), "2025-04-30");
    assert_eq!(european("2025-01-30").extended().last_day(), "2025-04-30");
    // A leap year.
    assert_eq!(european("2024-01-31").last_day(), "2024-02-29");
}

#[test]
fn a_month_that_ends_on_easter_sunday_ends_after_the_holidays() {
    // 5 April 2026 is Easter Sunday; 30 days would end on the Saturday before.
    assert_eq!(european("2026-03-05").last_day(), "2026-04-06");
    let easter = european("2026-03-05").holidays(Calendar::Eu, 2026, &["2026-04-03", "2026-04-06"]);
    assert_eq!(easter.last_day(), "2026-04-07");
    let Step::Roll { from, to, versions, article } = steps(&easter.due(), "roll") else { panic!() };
    assert_eq!((from, to), (day("2026-04-05"), day("2026-04-07")));
    assert_eq!(versions[0].source, Source::Operator);
    assert_eq!(article.place, "3(4)");
    // Holidays on the way do not count: only the last day matters.
    assert_eq!(european("2026-03-09").last_day(), "2026-04-09");
    let united = Facts { rule: leading(Regime::UkGdpr, Right::Access).unwrap(), ..easter };
    assert_eq!(united.last_day(), "2026-04-06", "the holidays of another place");
}

#[test]
fn hours_are_real_hours() {
    let breach = |regime, right, received| {
        let facts = Facts::new(leading(regime, right).unwrap(), received);
        facts.due().at
    };
    // A Friday evening, and the new year.
    let friday = "2026-03-06T18:30:15+03:00";
    assert_eq!(
        breach(Regime::Ru152Fz, Right::BreachNotice, friday),
        at("2026-03-07T18:30:15+03:00")
    );
    assert_eq!(
        breach(Regime::Ru152Fz, Right::BreachReport, friday),
        at("2026-03-09T18:30:15+03:00")
    );
    // Clocks go forward that night in Brussels: it is 72 hours all the same.
    assert_eq!(
        breach(Regime::EuGdpr, Right::BreachNotice, "2026-03-28T12:00:00+01:00"),
        at("2026-03-31T13:00:00+02:00")
    );
    assert_eq!(
        breach(Regime::UkGdpr, Right::BreachNotice, "2026-12-31T23:59:59Z"),
        at("2027-01-03T23:59:59Z")
    );
}

#[test]
fn what_is_due_at_once_is_due_when_it_comes() {
    let block = rule(Regime::Ru152Fz, Right::Restriction, Act::Block).unwrap();
    let facts = Facts::new(block, "2026-01-01T12:00:00+03:00");
    assert_eq!(facts.due().at, facts.received);
    assert_eq!(facts.names(), ["received", "at-once"]);
    assert!(!facts.due().is_overdue(facts.received));
    assert!(facts.due().is_overdue(facts.received.plus_seconds(1)));
}

#[test]
fn thirty_days_in_russia_end_on_a_working_day() {
    // Thirty days after 9 April 2026 is Victory Day, a Saturday, whose Monday is off for it.
    let facts = russian(Right::Withdrawal, "2026-04-09");
    assert_eq!(facts.last_day(), "2026-05-12");
    let Step::Roll { from, article, .. } = steps(&facts.due(), "roll") else { panic!() };
    assert_eq!((from, article.place), (day("2026-05-09"), "193"));
    assert_eq!(russian(Right::PurposeAttained, "2026-03-02").last_day(), "2026-04-01");
    assert_eq!(russian(Right::CannotDestroy, "2025-08-31").last_day(), "2026-03-02");
}

#[test]
fn california_counts_calendar_days_and_rolls_nothing() {
    let request = Facts::on(Regime::UsCa, Right::Access, "2026-01-08");
    // 22 February 2026 is a Sunday.
    assert_eq!(request.last_day(), "2026-02-22");
    assert_eq!(request.names(), ["received", "next-day", "calendar-days", "no-roll", "last-day"]);
    assert_eq!(request.clone().extended().last_day(), "2026-04-08");
    let received = rule(Regime::UsCa, Right::Access, Act::Acknowledge).unwrap();
    let receipt = Facts { rule: received, ..request.clone() };
    // Ten business days; without holidays the day is the earliest possible, and provisional.
    assert_eq!((receipt.last_day().as_str(), receipt.due().provisional), ("2026-01-22", true));
    let receipt = receipt.holidays(Calendar::UsCa, 2026, &["2026-01-01", "2026-01-19"]);
    assert_eq!((receipt.last_day().as_str(), receipt.due().provisional), ("2026-01-23", false));
    let Step::WorkingDays { skipped, .. } = steps(&receipt.due(), "working-days") else { panic!() };
    assert_eq!(skipped, [(day("2026-01-19"), day("2026-01-19"))]);
    let opt_out = Facts::on(Regime::UsCa, Right::OptOut, "2026-02-02");
    assert_eq!(opt_out.last_day(), "2026-02-23");
    // However long it takes to verify who asks.
    let asked = "2026-01-09T12:00:00-08:00";
    let verified = request.clone().pause(Cause::Identity, asked, Some("2026-01-20T12:00:00-08:00"));
    assert_eq!(verified.last_day(), request.last_day());
    assert!(verified.names().contains(&"no-rest"));
}

#[test]
fn brazil_counts_fifteen_days_from_the_request() {
    let request = Facts::on(Regime::BrLgpd, Right::Access, "2026-02-06");
    assert_eq!(request.last_day(), "2026-02-21");
    assert_eq!(request.names(), ["received", "next-day", "calendar-days", "no-roll", "last-day"]);
    assert!(!request.due().provisional);
}

#[test]
fn a_complaint_in_the_united_kingdom_is_acknowledged_in_thirty_days() {
    let complaint = |received| Facts::on(Regime::UkGdpr, Right::Complaint, received);
    assert_eq!(complaint("2026-06-19").last_day(), "2026-07-20");
    assert_eq!(complaint("2026-06-22").last_day(), "2026-07-22");
    let bank_holiday = complaint("2026-08-01").holidays(Calendar::Uk, 2026, &["2026-08-31"]);
    assert_eq!(bank_holiday.last_day(), "2026-09-01");
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

#[test]
fn days_left_are_counted_in_calendar_and_working_days() {
    let facts = russian(Right::Access, "2025-12-22");
    let (clock, due) = (facts.clock(), facts.due());
    let left = |now| {
        let left = clock.left(&due, at(now));
        (left.days, left.working_days.unwrap(), due.is_overdue(at(now)))
    };
    assert_eq!(left("2025-12-22T10:00:00+03:00"), (24, 10, false));
    assert_eq!(left("2025-12-01T10:00:00+03:00"), (24, 10, false), "before it came");
    assert_eq!(left("2025-12-31T10:00:00+03:00"), (15, 4, false));
    assert_eq!(left("2026-01-14T23:59:59+03:00"), (1, 1, false));
    assert_eq!(left("2026-01-15T00:00:00+03:00"), (0, 0, false));
    assert_eq!(left("2026-01-15T23:59:59.999+03:00"), (0, 0, false));
    assert_eq!(left("2026-01-16T00:00:00+03:00"), (-1, 0, true));
    assert_eq!(clock.left(&due, at("2026-01-15T23:59:00+03:00")).seconds, 59);
    assert_eq!(clock.left(&due, at("2026-01-16T00:00:00+03:00")).seconds, -1);
    let month = european("2026-03-02");
    assert_eq!(month.clock().left(&month.due(), month.received).working_days, None);
}

#[test]
fn an_unknown_russian_year_makes_a_date_provisional() {
    let facts = russian(Right::Access, "2026-12-24");
    let due = facts.due();
    assert!(due.provisional);
    // The decree for 2026 has 31 December off; 1 to 8 January are off by the Labour Code, and a weekend follows.
    assert_eq!(due.last_day, day("2027-01-18"));
    let Step::Provisional { version } = steps(&due, "provisional") else { panic!() };
    assert_eq!(version.to_string(), "ru-2027, computed");
    let known = facts.clone().holidays(Calendar::Ru, 2027, &["2027-01-01", "2027-01-04"]);
    assert!(!known.due().provisional);
    assert_eq!(known.last_day(), "2027-01-12");
    assert!(!russian(Right::Access, "2026-12-01").due().provisional);
    // A last day that is looked up in a year that is not known is as uncertain.
    assert!(russian(Right::Withdrawal, "2026-12-10").due().provisional);
    // Where only weekends are known, a last day that is put off can be too early alone.
    assert!(!european("2026-12-10").due().provisional);
}

#[test]
fn an_extension_is_refused_where_the_law_refuses_it() {
    let facts = european("2025-01-31");
    let told = Some(Id::from_bytes([1; 16]));
    let in_time = at("2025-02-28T23:59:59+01:00");
    let extend = |facts: &Facts, now, reason, notice| facts.clock().extend(now, reason, notice);
    let extended = extend(&facts, in_time, "many requests", told).unwrap();
    assert_eq!(extended.last_day, day("2025-04-30"));
    assert_eq!(extended, facts.clone().extended().due());
    use ExtensionRefusal::{AlreadyExtended, NoNotice, NoReason, NotProvided, TooLate};
    let late = in_time.plus_seconds(1);
    assert_eq!(extend(&facts, late, "many requests", told), Err(TooLate));
    assert_eq!(extend(&facts, in_time, " \n", told), Err(NoReason));
    assert_eq!(extend(&facts, in_time, "many requests", None), Err(NoNotice));
    let twice = facts.clone().extended();
    assert_eq!(extend(&twice, in_time, "many requests", told), Err(AlreadyExtended));
    let rectification = russian(Right::Rectification, "2026-03-02");
    assert_eq!(extend(&rectification, rectification.received, "x", told), Err(NotProvided));
    // Between what does not count and what is counted.
    let names = rectification.extended().names();
    assert_eq!(names, ["received", "next-day", "no-extension", "working-days", "last-day"]);
    let names = facts.clone().extended().names();
    assert_eq!(names, ["received", "extended", "months", "roll", "last-day"]);
    // A clock that rests is not over.
    let resting = facts.pause(Cause::Identity, "2025-02-03T12:00:00+01:00", None);
    assert!(extend(&resting, late, "many requests", told).is_ok());
    let access = russian(Right::Access, "2026-03-02");
    let total = |due: &Due| match steps(due, "extended") {
        Step::Extended { by, total, .. } => (by.count, total.count, total.unit),
        _ => panic!(),
    };
    let extended = extend(&access, access.received, "many", told).unwrap();
    assert_eq!(extended.steps[2].name(), "extended");
    assert_eq!(total(&extended), (5, 15, Unit::WorkingDays));
}

/// Zones of all kinds: none, half hours, both halves of the world, clocks that skip midnight.
const ZONES: [&str; 9] = [
    "UTC0",
    "MSK-3",
    "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "GMT0BST,M3.5.0/1,M10.5.0",
    "PST8PDT,M3.2.0,M11.1.0",
    "<-03>3",
    "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "CST6CDT,M4.1.0/0,M10.5.0/0",
];

/// 2020 to 2031: years with a decree, and years without on both sides.
const SPAN: std::ops::Range<i64> = 1_577_836_800..1_924_992_000;

fn rules_of(regime: Regime) -> impl Strategy<Value = &'static Rule> {
    let rules: Vec<_> = RULES.iter().filter(|rule| rule.regime == regime).collect();
    prop::sample::select(rules)
}

fn any_rule() -> impl Strategy<Value = &'static Rule> {
    prop::sample::select(RULES.iter().collect::<Vec<_>>())
}

/// Pauses around an instant, in seconds after it; some begin before it, some never end.
fn pauses() -> impl Strategy<Value = Vec<(Cause, i64, Option<i64>)>> {
    let cause = prop::sample::select(&Cause::ALL[..]);
    // Mostly within the term, now and then far after it.
    let from = prop_oneof![4 => -864_000i64..4_000_000, 1 => 0i64..20_000_000];
    let length = prop_oneof![1 => Just(None), 5 => (0i64..12_000_000).prop_map(Some)];
    prop::collection::vec((cause, from, length), 0..4)
}

/// A year that an operator could give: some weekdays off, some weekend days worked.
fn years() -> impl Strategy<Value = Vec<(Calendar, u16, Vec<Date>, Vec<Date>)>> {
    let calendar = prop::sample::select(&Calendar::ALL[..]);
    let days = prop::collection::vec(0i64..365, 0..25);
    let year = (calendar, 2020u16..2032, days).prop_map(|(calendar, year, days)| {
        let first = Date::new(year, 1, 1).unwrap();
        let days: Vec<_> = days.into_iter().map(|days| first.plus_days(days)).collect();
        let (worked, off) = days
            .into_iter()
            .partition(|day: &Date| day.weekday().is_weekend() && day.day().is_multiple_of(2));
        (calendar, year, off, worked)
    });
    prop::collection::vec(year, 0..6)
}

fn calendars(years: &[(Calendar, u16, Vec<Date>, Vec<Date>)]) -> Calendars {
    years.iter().fold(Calendars::default(), |calendars, (calendar, year, off, worked)| {
        // The first of two is kept.
        calendars.clone().with_year(*calendar, *year, off, worked).unwrap_or(calendars)
    })
}

fn facts(
    rule: &'static Rule,
    received: i64,
    zone_text: &str,
    years: &[(Calendar, u16, Vec<Date>, Vec<Date>)],
    pauses: &[(Cause, i64, Option<i64>)],
    extended: bool,
) -> Facts {
    let received = Timestamp::from_seconds(received).unwrap();
    let pauses = pauses.iter().map(|(cause, from, length)| {
        let from = received.plus_seconds(*from);
        Pause { cause: *cause, from, to: length.map(|length| from.plus_seconds(length)) }
    });
    Facts {
        rule,
        received,
        zone: zone(zone_text),
        calendars: calendars(years),
        pauses: pauses.collect(),
        extended,
    }
}

/// Ten thousand cases of a regime against the second reckoning.
fn agrees(regime: Regime) {
    let cases = (
        rules_of(regime),
        SPAN,
        prop::sample::select(&ZONES[..]),
        years(),
        pauses(),
        any::<bool>(),
    );
    let config = ProptestConfig::with_cases(10_000);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&cases, |(rule, received, zone, years, pauses, extended)| {
            let facts = facts(rule, received, zone, &years, &pauses, extended);
            let due = facts.due();
            let expected = oracle::due(&facts, zone, &years);
            let found = oracle::Found {
                last_day: due.last_day.to_string(),
                second: due.at.seconds(),
                provisional: due.provisional,
                resting: due.rests_since.map(Timestamp::seconds),
            };
            prop_assert_eq!(found, expected);
            Ok(())
        })
        .unwrap();
}

#[test]
fn russia_agrees_with_a_second_reckoning() {
    agrees(Regime::Ru152Fz);
}

#[test]
fn the_union_agrees_with_a_second_reckoning() {
    agrees(Regime::EuGdpr);
}

#[test]
fn the_united_kingdom_agrees_with_a_second_reckoning() {
    agrees(Regime::UkGdpr);
}

#[test]
fn california_agrees_with_a_second_reckoning() {
    agrees(Regime::UsCa);
}

#[test]
fn brazil_agrees_with_a_second_reckoning() {
    agrees(Regime::BrLgpd);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn who_asks_later_is_never_due_sooner(
        rule in any_rule(), received in SPAN, later in 0i64..3_000_000,
        zone in prop::sample::select(&ZONES[..]), years in years(), extended: bool,
    ) {
        let first = facts(rule, received, zone, &years, &[], extended);
        let second = facts(rule, received + later, zone, &years, &[], extended);
        prop_assert!(first.due().at <= second.due().at);
    }

    #[test]
    fn a_pause_never_shortens(
        rule in any_rule(), received in SPAN, zone in prop::sample::select(&ZONES[..]),
        pauses in pauses(), which: prop::sample::Index, extended: bool,
    ) {
        let all: Vec<_> = pauses.into_iter().filter(|pause| pause.2.is_some()).collect();
        let mut fewer = all.clone();
        let gone = (!fewer.is_empty()).then(|| fewer.remove(which.index(all.len())).0);
        let (all, fewer) = (facts(rule, received, zone, &[], &all, extended), facts(rule, received, zone, &[], &fewer, extended));
        let none = facts(rule, received, zone, &[], &[], extended);
        // Where the months begin anew when identity is shown, they may be shorter ones than those from the event, which a
        // clarification that was awaited all the while has put off as far: never sooner than without any pause is then all
        // that holds.
        let is_anew = gone == Some(Cause::Identity) && rule.regime.counting().anew.is_some();
        let least = if is_anew { &none } else { &fewer };
        prop_assert!(all.due().at >= least.due().at);
        let open = facts(rule, received, zone, &[], &[(Cause::Identity, 0, None)], extended);
        prop_assert_eq!(open.due().at, none.due().at);
    }

    #[test]
    fn the_order_in_which_pauses_are_given_does_not_matter(
        rule in any_rule(), received in SPAN, zone in prop::sample::select(&ZONES[..]), extended: bool,
        pauses in prop::collection::vec(
            (prop::sample::select(&Cause::ALL[..]), 0i64..4, prop::option::of(0i64..9)), 0..4,
        ).prop_shuffle(), turn in 0usize..4,
    ) {
        // Of few instants, so that some begin at once.
        let days = |(cause, from, length): &(Cause, i64, Option<i64>)| {
            (*cause, from * 500_000, length.map(|length| length * 200_000))
        };
        let given: Vec<_> = pauses.iter().map(days).collect();
        let mut other = given.clone();
        other.rotate_left(turn.min(given.len()));
        let given = facts(rule, received, zone, &[], &given, extended);
        let other = facts(rule, received, zone, &[], &other, extended);
        prop_assert_eq!(given.due(), other.due());
    }

    #[test]
    fn no_counted_rest_ends_behind_the_last_day(
        rule in any_rule(), received in SPAN, zone in prop::sample::select(&ZONES[..]),
        years in years(), pauses in pauses(), extended: bool,
    ) {
        let due = facts(rule, received, zone, &years, &pauses, extended).due();
        for step in &due.steps {
            if let Step::Rested { to, .. } = step {
                prop_assert!(due.last_day >= *to);
            }
        }
    }

    #[test]
    fn an_extension_never_shortens(
        rule in any_rule(), received in SPAN, zone in prop::sample::select(&ZONES[..]),
        years in years(), pauses in pauses(),
    ) {
        let plain = facts(rule, received, zone, &years, &pauses, false).due();
        let extended = facts(rule, received, zone, &years, &pauses, true).due();
        prop_assert!(plain.at <= extended.at);
        prop_assert_eq!(plain.at < extended.at, rule.extension.is_some());
    }

    #[test]
    fn the_last_day_is_worked_where_it_must_be(
        rule in any_rule(), received in SPAN, zone in prop::sample::select(&ZONES[..]),
        years in years(), pauses in pauses(), extended: bool,
    ) {
        let facts = facts(rule, received, zone, &years, &pauses, extended);
        let due = facts.due();
        if rule.rolls || rule.term.unit == Unit::WorkingDays {
            prop_assert!(facts.calendars.is_working(rule.regime.calendar(), due.last_day));
        }
        prop_assert_eq!(facts.zone.date(due.at), due.last_day);
        prop_assert!(due.at >= facts.received);
        let last = Step::LastDay { day: due.last_day, at: due.at };
        prop_assert_eq!(due.steps.contains(&last), !rule.term.is_at_once());
        let left = facts.clock().left(&due, due.at);
        prop_assert!(due.is_resting() || left.seconds == 0 && left.days == 0);
    }

    #[test]
    fn no_clock_panics(
        rule in any_rule(), received in -62_135_596_800i64..=253_402_300_799,
        zone_text in prop::sample::select(&ZONES[..]), year in 1u16..=9999, off in prop::collection::vec(0i64..366, 0..366),
        pauses in prop::collection::vec((prop::sample::select(&Cause::ALL[..]), any::<i64>(), any::<Option<i64>>()), 0..4),
        now in -62_135_596_800i64..=253_402_300_799, extended: bool,
    ) {
        let first = Date::new(year, 1, 1).unwrap();
        let off: Vec<_> = off.into_iter().map(|days| first.plus_days(days)).collect();
        let calendar = rule.regime.calendar();
        let calendars = Calendars::default().with_year(calendar, year, &off, &[]).unwrap_or_default();
        let facts = Facts { calendars, ..facts(rule, received, zone_text, &[], &pauses, extended) };
        let due = facts.due();
        let now = Timestamp::from_seconds(now).unwrap();
        let _ = (facts.clock().left(&due, now), due.is_overdue(now), facts.clock().extend(now, "x", None));
    }
}

#[test]
fn the_last_days_there_are_do_not_run_over() {
    for rule in &RULES {
        for received in ["9999-12-31T23:59:59Z", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"] {
            for zone_text in ZONES {
                let facts = Facts { zone: zone(zone_text), ..Facts::new(rule, received) };
                let due = facts.due();
                let _ = facts.clock().left(&due, facts.received);
            }
        }
    }
}
