//! To whom people can complain about an answer, as every refusal has to say (152-FZ article 17, GDPR article 12(4)).

use desk_core::clock::regime::Regime;
use desk_core::lang::Lang;

/// How to complain to the authority of a regime and to a court, in a language: one paragraph.
pub fn complain(lang: Lang) -> fn(Regime) -> &'static str {
    match lang {
        Lang::En => super::en::complain::complain,
        Lang::Ru => super::ru::complain::complain,
    }
}
