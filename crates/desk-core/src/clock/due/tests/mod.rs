//! The examples of the reference by name, what must hold of any clock, and a second reckoning to hold the first to.

mod oracle;
mod properties;
mod rests;
mod terms;

use super::{Cause, Clock, Due, ExtensionRefusal, Pause, Step};
use crate::clock::calendar::{Calendar, Calendars, Source};
use crate::clock::regime::{Act, RULES, Regime, Right, Rule, Unit, leading, rule};
use crate::clock::zone::Zone;
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

fn russian(right: Right, received: &str) -> Facts {
    Facts::on(Regime::Ru152Fz, right, received)
}

fn european(received: &str) -> Facts {
    Facts::on(Regime::EuGdpr, Right::Access, received)
}

fn steps(due: &Due, name: &str) -> Step {
    due.steps.iter().find(|step| step.name() == name).cloned().unwrap()
}
