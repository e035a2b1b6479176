//! Legal clocks: from what a law says to the instant at which an answer is due, with every step of the way.
//!
//! [`regime`] holds what the laws say, as one table; [`calendar`] which days are worked; [`due`] counts. Nothing here
//! asks what time it is, and nothing is rendered: a step is data, so that both languages, JSON and the command line say
//! the same.

pub mod calendar;
pub mod due;
pub mod regime;
pub mod zone;
