//! Raw mails, as far as the desk reads them: what a mailbox provider would object to, and what it reports back.

pub mod arf;
pub mod lint;
pub mod message;
