use super::*;

#[test]
fn every_request_has_a_clock_in_every_regime() {
    for regime in Regime::ALL {
        assert_eq!(Regime::from_name(regime.name()), Some(regime));
        for right in Right::REQUESTS {
            let leading = leading(regime, right).unwrap();
            assert!(!leading.term.is_at_once() && leading.act != Act::Acknowledge, "{leading:?}");
        }
    }
    for right in Right::ALL {
        assert_eq!(Right::from_name(right.name()), Some(right));
        assert!(RULES.iter().any(|rule| rule.right == right), "{right:?}");
    }
    for act in Act::ALL {
        assert_eq!(Act::from_name(act.name()), Some(act));
        assert!(RULES.iter().any(|rule| rule.act == act), "{act:?}");
    }
    assert!(leading(Regime::EuGdpr, Right::Dissemination).is_none());
}

#[test]
fn the_table_is_sound() {
    for (at, row) in RULES.iter().enumerate() {
        let same = |other: &&Rule| {
            (other.regime, other.right, other.act) == (row.regime, row.right, row.act)
        };
        assert_eq!(RULES.iter().filter(same).count(), 1, "{at}: {row:?}");
        assert_eq!(rule(row.regime, row.right, row.act), Some(row));
        assert!(!row.article.place.is_empty());
        if let Some(extension) = row.extension {
            assert_eq!(extension.unit, row.term.unit, "{row:?}");
        }
        // What counts real hours or working days neither rests nor rolls.
        if matches!(row.term.unit, Unit::Hours | Unit::WorkingDays) {
            assert!(!row.rolls && row.identity_rests.is_none(), "{row:?}");
            assert!(row.clarification_rests.is_none());
        }
        if row.rolls {
            assert!(row.regime.counting().rolls.is_some(), "{row:?}");
        }
    }
}

/// The numbers of the laws, once more and in another shape.
#[test]
fn the_numbers_are_those_of_the_laws() {
    use Regime::{BrLgpd, EuGdpr, Ru152Fz, UkGdpr, UsCa};
    use Unit::{CalendarDays, Hours, Months, WorkingDays};
    let expected = [
        (Ru152Fz, "access/answer", 10, WorkingDays, 5, "14(3), 20(1)"),
        (Ru152Fz, "rectification/correct", 7, WorkingDays, 0, "20(3)"),
        (Ru152Fz, "erasure/destroy", 7, WorkingDays, 0, "20(3)"),
        (Ru152Fz, "restriction/block", 0, Hours, 0, "21(1)"),
        (Ru152Fz, "restriction/correct", 7, WorkingDays, 0, "21(2)"),
        (Ru152Fz, "objection/stop", 10, WorkingDays, 5, "21(5.1)"),
        (Ru152Fz, "withdrawal/destroy", 30, CalendarDays, 0, "21(5)"),
        (Ru152Fz, "breach-notice/notify", 24, Hours, 0, "21(3.1)"),
        (Ru152Fz, "breach-report/report", 72, Hours, 0, "21(3.1)"),
        (Ru152Fz, "stop-unlawful/stop", 3, WorkingDays, 0, "21(3)"),
        (Ru152Fz, "destroy-unlawful/destroy", 10, WorkingDays, 0, "21(3)"),
        (Ru152Fz, "purpose-attained/destroy", 30, CalendarDays, 0, "21(4)"),
        (Ru152Fz, "regulator/answer", 10, WorkingDays, 5, "20(4)"),
        (Ru152Fz, "cannot-destroy/destroy", 6, Months, 0, "21(6)"),
        (Ru152Fz, "dissemination/stop", 3, WorkingDays, 0, "10.1(14)"),
        (EuGdpr, "access/answer", 1, Months, 2, "12(3)"),
        (EuGdpr, "breach-notice/notify", 72, Hours, 0, "33(1)"),
        (UkGdpr, "access/answer", 1, Months, 2, "12(3), 12A"),
        (UkGdpr, "complaint/acknowledge", 30, CalendarDays, 0, "164A(3)"),
        (UkGdpr, "breach-notice/notify", 72, Hours, 0, "33(1)"),
        (UsCa, "access/acknowledge", 10, WorkingDays, 0, "7021(a)"),
        (UsCa, "access/answer", 45, CalendarDays, 45, "7021(b)"),
        (UsCa, "opt-out/stop", 15, WorkingDays, 0, "7026(f)"),
        (BrLgpd, "access/confirm", 0, Hours, 0, "19 I"),
        (BrLgpd, "access/answer", 15, CalendarDays, 0, "19 II"),
    ];
    for (regime, name, count, unit, more, place) in expected {
        let (right, act) = name.split_once('/').unwrap();
        let found = rule(regime, Right::from_name(right).unwrap(), Act::from_name(act).unwrap());
        let found = found.unwrap_or_else(|| panic!("{regime:?} {name}"));
        assert_eq!(found.term, Term { count, unit }, "{regime:?} {name}");
        assert_eq!(found.extension.map_or(0, |term| term.count), more, "{regime:?} {name}");
        assert_eq!(found.article.place, place, "{regime:?} {name}");
    }
}

#[test]
fn what_may_rest_is_what_the_laws_let_rest() {
    for rule in &RULES {
        let rests = (rule.identity_rests.is_some(), rule.clarification_rests.is_some());
        let months = rule.term.unit == Unit::Months;
        let expected = match rule.regime {
            Regime::EuGdpr => (months, false),
            // Article 12A(5) speaks of requests under article 15 alone.
            Regime::UkGdpr => (months, months && rule.right == Right::Access),
            Regime::Ru152Fz | Regime::UsCa | Regime::BrLgpd => (false, false),
        };
        assert_eq!(rests, expected, "{rule:?}");
    }
}
