//! Raw mails, as far as the desk reads them: what a mailbox provider would object to, and what it reports back.

pub mod arf;
mod body;
pub mod lint;
pub mod message;
