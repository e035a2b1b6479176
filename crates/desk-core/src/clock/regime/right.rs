//! What somebody may ask for, and what is due then.

use serde::{Deserialize, Serialize};

/// What somebody asks for, or what the law demands unasked. Stored by its place in this list: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Right {
    /// To know what is held, and to have a copy.
    Access,
    /// To have it in a form that another service can read.
    Portability,
    /// To have it corrected.
    Rectification,
    /// To have it deleted.
    Erasure,
    /// To have its use limited or blocked.
    Restriction,
    /// To have its use stopped.
    Objection,
    /// To take back consent.
    Withdrawal,
    /// To complain to whoever answers for the data (UK: DPA 2018 s. 164A).
    Complaint,
    /// To stop the sale or sharing of data (California).
    OptOut,
    /// To tell the authority of a breach.
    BreachNotice,
    /// To tell the authority what the inquiry into a breach found (152-FZ).
    BreachReport,
    /// To stop unlawful processing once it is found (152-FZ).
    StopUnlawful,
    /// To destroy what cannot be made lawful (152-FZ).
    DestroyUnlawful,
    /// To destroy what has served its purpose (152-FZ).
    PurposeAttained,
    /// To answer the authority (152-FZ).
    Regulator,
    /// To destroy what could not be destroyed in time (152-FZ).
    CannotDestroy,
    /// To stop spreading what was permitted for dissemination (152-FZ).
    Dissemination,
}

impl Right {
    /// Every right and duty.
    pub const ALL: [Self; 17] = [
        Self::Access,
        Self::Portability,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::Withdrawal,
        Self::Complaint,
        Self::OptOut,
        Self::BreachNotice,
        Self::BreachReport,
        Self::StopUnlawful,
        Self::DestroyUnlawful,
        Self::PurposeAttained,
        Self::Regulator,
        Self::CannotDestroy,
        Self::Dissemination,
    ];

    /// What people may request everywhere.
    pub const REQUESTS: [Self; 7] = [
        Self::Access,
        Self::Portability,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::Withdrawal,
    ];

    /// The right's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Objection => "objection",
            Self::Withdrawal => "withdrawal",
            Self::Complaint => "complaint",
            Self::OptOut => "opt-out",
            Self::BreachNotice => "breach-notice",
            Self::BreachReport => "breach-report",
            Self::StopUnlawful => "stop-unlawful",
            Self::DestroyUnlawful => "destroy-unlawful",
            Self::PurposeAttained => "purpose-attained",
            Self::Regulator => "regulator",
            Self::CannotDestroy => "cannot-destroy",
            Self::Dissemination => "dissemination",
        }
    }

    /// Finds a right by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name() == name)
    }
}

/// What is due. Stored by its place in this list: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// To confirm that the request has arrived.
    Acknowledge,
    /// To answer it: to do what was asked and say so, or to refuse with reasons.
    Answer,
    /// To confirm whether data is held, in short (LGPD).
    Confirm,
    /// To correct.
    Correct,
    /// To destroy, and to say so.
    Destroy,
    /// To block while the matter is looked into.
    Block,
    /// To stop.
    Stop,
    /// To notify the authority.
    Notify,
    /// To report to the authority what was found.
    Report,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 9] = [
        Self::Acknowledge,
        Self::Answer,
        Self::Confirm,
        Self::Correct,
        Self::Destroy,
        Self::Block,
        Self::Stop,
        Self::Notify,
        Self::Report,
    ];

    /// The act's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Answer => "answer",
            Self::Confirm => "confirm",
            Self::Correct => "correct",
            Self::Destroy => "destroy",
            Self::Block => "block",
            Self::Stop => "stop",
            Self::Notify => "notify",
            Self::Report => "report",
        }
    }

    /// Finds an act by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}
