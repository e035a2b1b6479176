//! English.

pub(super) mod clock;
pub(super) mod complain;
pub(super) mod erasure;
pub(super) mod lint;
pub(super) mod notices;
pub(super) mod package;
