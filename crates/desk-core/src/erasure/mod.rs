//! What an erasure destroys, what stays and on what ground, and the act that says so.
//!
//! Whoever erases holds an inventory against what must stay, and works off the rest in an order that a crash cannot harm:
//! what other things are found by goes last, and the opening of the request itself, by which everything is found, last
//! of all. The act names nobody: its subject is the reference of a request that is gone.

mod act;
mod category;
mod plan;
mod stay;

use crate::request::RequestKind;

pub use act::DestructionAct;
pub use category::Category;
pub use plan::{DestroyedCategory, HeldValue, Plan};
pub use stay::{ACT_SECONDS, LOG_SECONDS, NOTICE_SECONDS, RetentionGround, Stay};

impl RequestKind {
    /// Whether what is asked for may end in the destruction of what is held.
    pub const fn may_erase(self) -> bool {
        matches!(self, Self::Erasure | Self::Objection | Self::Withdrawal)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_ground_has_its_articles_and_names_differ() {
        for ground in RetentionGround::ALL {
            assert!(!ground.articles().is_empty());
        }
        let names: BTreeSet<&str> =
            RetentionGround::ALL.iter().map(|ground| ground.name()).collect();
        assert_eq!(names.len(), RetentionGround::ALL.len());
        let names: BTreeSet<&str> = Category::ALL.iter().map(|of| of.name()).collect();
        assert_eq!(names.len(), Category::ALL.len());
    }
}
