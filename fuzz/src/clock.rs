//! `clock`: legal clocks, whatever happened.

use desk_core::clock::calendar::Calendars;
use desk_core::clock::due::{Cause, Clock, Due, Pause, Step};
use desk_core::clock::regime::{RULES, Rule, Unit};
use desk_core::clock::zone::Zone;
use desk_core::id::Id;
use desk_core::time::{Date, Timestamp};

/// Zones of all kinds: none, half hours, both halves of the world, clocks that skip midnight.
const ZONES: [&str; 9] = [
    "MSK-3",
    "UTC0",
    "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "GMT0BST,M3.5.0/1,M10.5.0",
    "PST8PDT,M3.2.0,M11.1.0",
    "<-03>3",
    "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "CST6CDT,M4.1.0/0,M10.5.0/0",
];

/// 2000-01-01T00:00:00Z, and the seconds from there to 2100-01-01T00:00:00Z.
const FROM: i64 = 946_684_800;
const SPAN: i64 = 3_155_760_000;

/// Bytes as a source of numbers; past their end all are zero.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next<const N: usize>(&mut self) -> u64 {
        let (taken, rest) = self.0.split_at_checked(N).unwrap_or((self.0, &[]));
        self.0 = rest;
        taken.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next::<1>()).unwrap_or(0) % limit.max(1)
    }

    /// Seconds, up to some 194 days, either way.
    fn seconds(&mut self) -> i64 {
        i64::try_from(self.next::<3>()).unwrap_or(0) - (1 << 20)
    }
}

/// What happened, by the bytes: a rule, a zone, whether it was extended, what an operator said of two years, the instant
/// of receipt, then pauses: what for, when it was asked after the receipt, when it came after that or that it did not.
struct Facts {
    rule: &'static Rule,
    zone: Zone,
    extended: bool,
    calendars: Calendars,
    received: Timestamp,
    pauses: Vec<Pause>,
}

impl Facts {
    fn read(data: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(data);
        let rule = RULES.get(bytes.below(RULES.len()))?;
        let zone = ZONES.get(bytes.below(ZONES.len()))?.parse().ok()?;
        let flags = bytes.next::<1>();
        let seconds = i64::try_from(bytes.next::<4>()).ok()? % SPAN;
        let received = Timestamp::from_seconds(FROM + seconds).ok()?;
        let mut calendars = Calendars::default();
        if flags & 2 != 0 {
            let year = received.date().year();
            for year in [year, year.saturating_add(1)] {
                let first = Date::new(year, 1, 1).ok()?;
                let off: Vec<Date> =
                    (0..12).map(|_| first.plus_days((bytes.next::<2>() % 365) as i64)).collect();
                calendars = calendars.with_year(rule.regime.calendar(), year, &off, &[]).ok()?;
            }
        }
        let mut pauses = Vec::new();
        while !bytes.0.is_empty() && pauses.len() < 8 {
            let kind = bytes.next::<1>();
            let cause = *Cause::ALL.get(usize::from(kind & 1 != 0))?;
            let from = received.plus_seconds(bytes.seconds());
            let to = (kind & 2 == 0).then(|| from.plus_seconds(bytes.seconds().max(0)));
            pauses.push(Pause { cause, from, to });
        }
        Some(Self { rule, zone, extended: flags & 1 != 0, calendars, received, pauses })
    }

    fn clock<'a>(&'a self, pauses: &'a [Pause], extended: bool) -> Clock<'a> {
        let Self { rule, zone, calendars, received, .. } = self;
        Clock { rule, received: *received, zone, calendars, pauses, extended }
    }
}

/// When it is due is said whole and in order, never before it came, and a pause or an extension never takes days away.
pub fn clock(data: &[u8]) {
    let Some(facts) = Facts::read(data) else { return };
    let rule = facts.rule;
    let clock = facts.clock(&facts.pauses, facts.extended);
    let due = clock.due();
    whole(&facts, &due);
    assert_eq!(clock.due(), due, "it is reckoned the same way every time");

    let since = due.rests_since;
    assert!(since.is_none_or(|since| since <= due.at), "it rests since it was over: {due:?}");
    let left = clock.left(&due, due.at);
    assert!(due.is_resting() || (left.seconds, left.days) == (0, 0), "{left:?} left at the end");
    assert!(!due.is_overdue(due.at) && !due.is_overdue(facts.received), "{due:?}");
    assert_eq!(due.is_overdue(due.at.plus_seconds(1)), !due.is_resting(), "{due:?}");

    let plain = facts.clock(&facts.pauses, false).due();
    let extended = facts.clock(&facts.pauses, true).due();
    assert!(plain.at <= extended.at, "an extension shortens: {plain:?}, {extended:?}");
    assert_eq!(plain.at < extended.at, rule.extension.is_some(), "{plain:?}, {extended:?}");
    let granted = clock.extend(facts.received, "many requests", Some(Id::from_bytes([1; 16])));
    assert_eq!(granted.is_ok(), rule.extension.is_some() && !facts.extended, "{granted:?}");
    assert!(granted.is_err() || granted.as_ref() == Ok(&extended), "{granted:?}");

    pauses(&facts);
}

fn whole(facts: &Facts, due: &Due) {
    let (rule, zone) = (facts.rule, &facts.zone);
    let day = zone.date(facts.received);
    assert!(due.last_day >= day, "due before the day on which it came: {due:?}");
    assert!(due.at >= facts.received, "due before it came: {due:?}");
    assert_eq!(zone.date(due.at), due.last_day, "the last instant lies in the last day: {due:?}");
    if rule.term.unit != Unit::Hours {
        assert_eq!(due.at, zone.end_of(due.last_day), "a day ends with its last second");
    }
    if rule.rolls || rule.term.unit == Unit::WorkingDays {
        let calendar = rule.regime.calendar();
        assert!(facts.calendars.is_working(calendar, due.last_day), "the last day is off: {due:?}");
    }
    let received = Step::Received { at: facts.received, day };
    assert_eq!(due.steps.first(), Some(&received), "a reckoning begins with the receipt");
    let last = Step::LastDay { day: due.last_day, at: due.at };
    let at_once = rule.term.is_at_once() && !(facts.extended && rule.extension.is_some());
    let named = due.steps.iter().filter(|step| matches!(step, Step::LastDay { .. })).count();
    assert_eq!(named, usize::from(!at_once), "the last day is told once: {due:?}");
    assert!(at_once || due.steps.last() == Some(&last), "a reckoning ends with the last day");
    let guessed = due.steps.iter().any(|step| matches!(step, Step::Provisional { .. }));
    assert_eq!(due.provisional, guessed, "{due:?}");
    let rests = due.steps.iter().any(|step| matches!(step, Step::Resting { .. }));
    assert_eq!(due.is_resting(), rests, "{due:?}");
    for step in &due.steps {
        let name = step.name();
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name:?}");
    }
}

/// Each pause by itself puts nothing off backwards: without it the term ends no later.
fn pauses(facts: &Facts) {
    // A pause that goes on leaves the earliest day that there can be, whatever comes behind it; so closed ones alone.
    let all: Vec<Pause> = facts.pauses.iter().copied().filter(|pause| pause.to.is_some()).collect();
    let whole = facts.clock(&all, facts.extended).due();
    let none = facts.clock(&[], facts.extended).due();
    assert!(whole.at >= none.at, "pauses shorten: {all:?} {whole:?}, {none:?}");
    for at in 0..all.len() {
        let mut fewer = all.clone();
        let gone = fewer.remove(at);
        // Where months begin anew when identity is shown, they may be shorter ones than those from the event, which a
        // clarification that was awaited all the while has put off as far: never sooner than without any pause is then
        // all that holds.
        let is_anew = gone.cause == Cause::Identity && facts.rule.regime.counting().anew.is_some();
        let least = if is_anew { none.at } else { facts.clock(&fewer, facts.extended).due().at };
        assert!(whole.at >= least, "{gone:?} shortens: {:?}", whole.steps);
    }
}
