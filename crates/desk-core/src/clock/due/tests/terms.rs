//! How long each law gives, by examples.

use super::*;

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
