//! The table of `docs/clocks.md`, from the rules, and its example, from the texts. The rest of the page is written by hand.

use std::fmt::Write;

use desk_core::clock::calendar::Calendars;
use desk_core::clock::due::Clock;
use desk_core::clock::regime::{Base, Evidence, RULES, Regime, Right, Rule, leading};
use desk_core::clock::zone::Zone;
use desk_core::lang::Lang;

use desk_documents::texts::clock as texts;

const BEGIN: &str =
    "<!-- What follows is written by the tests: DESK_BLESS=1 cargo test --test native -->\n";

const fn base(base: Base) -> &'static str {
    match base {
        Base::Receipt => "receipt",
        Base::Proof => "the person's proof",
        Base::Discovery => "discovery",
        Base::Attainment => "the purpose's end",
        Base::Blocking => "blocking",
    }
}

fn rests(rule: &Rule) -> String {
    let article = texts(Lang::En).article;
    match (rule.identity_rests, rule.clarification_rests) {
        (None, None) => "no".to_owned(),
        (Some(by), None) => format!("identity ({})", article(by)),
        (None, Some(by)) => format!("clarification ({})", article(by)),
        (Some(one), Some(other)) => {
            format!("identity ({}), clarification ({})", article(one), article(other))
        }
    }
}

#[test]
fn the_clocks_are_documented() {
    let en = texts(Lang::En);
    let mut page = String::from(BEGIN);
    page.push_str("\n## The rows\n");
    for regime in Regime::ALL {
        let counting = regime.counting();
        let rolls = counting.rolls.map_or_else(|| "none is relied on".to_owned(), en.article);
        write!(
            page,
            "\n### `{}`: {}\n\nBeginning of terms: {}. Months: {}. A last day that is off: {rolls}.\n\n\
             | right | due | term | counted from | rests | rolls | source | how sure |\n|---|---|---|---|---|---|---|---|\n",
            regime.name(),
            (en.regime)(regime),
            (en.article)(counting.begins),
            (en.article)(counting.months),
        )
        .unwrap();
        for rule in RULES.iter().filter(|rule| rule.regime == regime) {
            let mut term = (en.term)(rule.term);
            if let Some(more) = rule.extension {
                write!(term, ", + {} once", (en.term)(more)).unwrap();
            }
            let note = rule.note.map_or_else(String::new, |note| {
                format!(". {}", (en.note)(note).trim_end_matches('.'))
            });
            writeln!(
                page,
                "| `{}`: {} | {} | {term} | {} | {} | {} | {}{note} | {} |",
                rule.right.name(),
                (en.right)(rule.right),
                (en.act)(rule.act),
                base(rule.base),
                rests(rule),
                if rule.rolls { "yes" } else { "no" },
                (en.article)(rule.article),
                (en.checked)(rule.checked),
            )
            .unwrap();
        }
    }
    let count = |checked| RULES.iter().filter(|rule| rule.checked == checked).count();
    writeln!(
        page,
        "\nOf {} rows, {} were checked against the law's text, the numbers of {} were seen in an official source and of {} in a \
         secondary one, and those of {} are what is commonly held.",
        RULES.len(),
        count(Evidence::LawText),
        count(Evidence::Official),
        count(Evidence::Secondary),
        count(Evidence::No),
    )
    .unwrap();
    page.push_str("\n## An example, in both languages\n");
    let zone: Zone = "MSK-3".parse().unwrap();
    let clock = Clock {
        rule: leading(Regime::Ru152Fz, Right::Access).unwrap(),
        received: "2025-12-22T10:00:00+03:00".parse().unwrap(),
        zone: &zone,
        calendars: &Calendars::default(),
        pauses: &[],
        extended: false,
    };
    for lang in Lang::ALL {
        page.push('\n');
        for step in clock.due().steps {
            writeln!(page, "- {}", (texts(lang).step)(&step, clock.rule, &zone)).unwrap();
        }
    }
    let page = page.replace('\u{a0}', " ");
    // What stands before the mark is written by hand.
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/clocks.md");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let by_hand = kept.split(BEGIN).next().unwrap_or_default();
    super::hold("docs/clocks.md", &[by_hand, &page].concat());
}
