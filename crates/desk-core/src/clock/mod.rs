//! Legal clocks: from what a law says to the instant at which an answer is due, with every step of the way.

pub mod zone;
