//! What is asked about one request, and how it is written.

use anyhow::{Context, anyhow, bail};
use desk_app::clocks::unknown_regime;
use desk_core::{
    clock::{
        calendar::Calendars,
        due::{Cause, Clock, Pause},
        regime::{RULES, Regime, Right, rules},
        zone::Zone,
    },
    time::{Date, InvalidTime, Timestamp},
};

/// What one line, or the options, ask.
pub(super) struct ClockQuery {
    pub(super) regime: Regime,
    pub(super) right: Right,
    pub(super) received: Timestamp,
    pub(super) zone: Zone,
    pub(super) extended: bool,
    pub(super) pauses: Vec<Pause>,
}

impl ClockQuery {
    pub(super) fn clocks<'a>(
        &'a self,
        calendars: &'a Calendars,
    ) -> impl Iterator<Item = Clock<'a>> {
        rules(self.regime, self.right).map(move |rule| Clock {
            rule,
            received: self.received,
            zone: &self.zone,
            calendars,
            pauses: &self.pauses,
            extended: self.extended,
        })
    }

    /// Fails where the law does not know the right.
    pub(super) fn check(self) -> anyhow::Result<Self> {
        if rules(self.regime, self.right).next().is_some() {
            return Ok(self);
        }
        let of_regime = RULES.iter().filter(|rule| rule.regime == self.regime);
        let mut known: Vec<_> = of_regime.map(|rule| rule.right.name()).collect();
        known.dedup();
        let (regime, right) = (self.regime.name(), self.right.name());
        bail!("{regime} has no {right}: it has {}", known.join(", "))
    }
}

pub(super) fn parse_regime(name: &str) -> anyhow::Result<Regime> {
    Regime::from_name(name).with_context(unknown_regime)
}

pub(super) fn parse_right(name: &str) -> anyhow::Result<Right> {
    Right::from_name(name)
        .with_context(|| format!("there are {}", Right::ALL.map(Right::name).join(", ")))
}

/// Reads an instant, or a day as its beginning.
pub(super) fn parse_instant(text: &str, zone: &Zone) -> anyhow::Result<Timestamp> {
    let at = match text.parse::<Date>() {
        Ok(day) => Ok(zone.start_of(day)),
        Err(InvalidTime::Range) => Err(InvalidTime::Range),
        Err(InvalidTime::Shape) => text.parse(),
    };
    at.map_err(|error| match error {
        InvalidTime::Range => error.into(),
        InvalidTime::Shape => {
            anyhow!("{error}: write it as 2025-12-22T10:00:00+03:00, or a day as 2025-12-22")
        }
    })
}

/// Reads `FROM..TO`, `FROM..`, with the name of a cause before it or not.
pub(super) fn parse_pause(text: &str, zone: &Zone) -> anyhow::Result<Pause> {
    let named = text.split_once(':').and_then(|(name, rest)| Some((Cause::from_name(name)?, rest)));
    let (cause, text) = named.unwrap_or((Cause::Identity, text));
    let (from, to) = text
        .split_once("..")
        .context("write it as FROM..TO, or FROM.. while the person is still waited for")?;
    let from = parse_instant(from, zone)?;
    let to = if to.is_empty() { None } else { Some(parse_instant(to, zone)?) };
    if to.is_some_and(|to| to < from) {
        bail!("it ends before it begins");
    }
    Ok(Pause { cause, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_are_read_with_their_cause() {
        let zone: Zone = "MSK-3".parse().unwrap();
        let pause = parse_pause("clarification:2026-03-05T10:00:00Z..2026-03-12", &zone).unwrap();
        assert_eq!(pause.cause, Cause::Clarification);
        assert_eq!(zone.rfc3339(pause.from), "2026-03-05T13:00:00+03:00");
        assert_eq!(zone.rfc3339(pause.to.unwrap()), "2026-03-12T00:00:00+03:00");
        let open = parse_pause("2026-03-05..", &zone).unwrap();
        assert_eq!((open.cause, open.to), (Cause::Identity, None));
        for text in ["", "..", "2026-03-05", "2026-03-05..2026-03-04", "fee:2026-03-05.."] {
            assert!(parse_pause(text, &zone).is_err(), "{text}");
        }
    }
}
