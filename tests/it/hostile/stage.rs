//! Where hostile input is sent to the doors of data requests: people whose requests stand in every stage.

use serde_json::{Value, json};

use super::{Hostile, play};
use crate::{
    harness::{
        http::Request,
        target::{Host, OPERATOR, Target},
    },
    scenarios::feedback::complaint,
    walk::{ANNA, Filed, JANE, filed, get, look, mails, packed, post, proven},
};

/// A door that takes a body.
pub(super) struct Door {
    /// A request that would be taken, with its body.
    pub(super) good: Request,
    /// What a good body has in it; nothing, where it may be empty.
    pub(super) fields: Value,
}

/// People whose requests stand in every stage, and the doors to them.
pub(super) struct Stage {
    pub(super) host: Host,
    /// Nobody has proven who asks.
    pub(super) unproven: Filed,
    /// It is being worked on, and there is a package.
    pub(super) open: Filed,
    pub(super) status: String,
    pub(super) secret: String,
    /// A feedback case.
    pub(super) case: String,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let host = Host::memory().await;
        let filed_case = host.send(&complaint()).await;
        let case = format!("/console/api/cases/{}", filed_case.field("/reference"));
        let (open, status) = proven(&host, "erasure", ANNA).await;
        let secret = packed(&host, &open, ANNA).await;
        let unproven = filed(&host, "access", JANE).await;
        Self { host, unproven, open, status, secret, case }
    }

    /// Everything that hostile requests must leave as it is.
    pub(super) async fn kept(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let pending = get(&self.unproven.pending);
        for request in [get(&self.status), pending, look(&self.case), look(self.open.console(""))] {
            let answer = self.host.send(&request).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let mut kept = answer.json();
            // How much time is left changes by itself.
            for path in ["clocks", "due"] {
                kept.as_object_mut().expect("an object").remove(path);
            }
            all.push(kept);
        }
        all.extend(mails(&self.host, ANNA).await);
        all.extend(mails(&self.host, JANE).await);
        all
    }

    /// Every door that takes a body.
    pub(super) fn doors(&self) -> Vec<Door> {
        let door = |target: String, fields: Value| Door { good: post(target, &fields), fields };
        let (pending, link, status) = (&self.unproven.pending, &self.unproven.link, &self.status);
        let filing = json!({"kind": "access", "email": JANE});
        let deletion = json!({"email": JANE});
        let text = json!({"text": "x"});
        let mut doors = vec![
            door("/requests".into(), filing),
            door("/delete-account".into(), deletion.clone()),
            door("/delete-data".into(), deletion),
            door(format!("{pending}/code"), json!({"code": "00000-00000"})),
            door(format!("{pending}/resend"), json!({})),
            door(format!("{pending}/assertion"), json!({"assertion": "x"})),
            door(link.clone(), json!({})),
            door(format!("{link}/not-me"), json!({})),
            door(format!("{status}/messages"), json!({"message": "x"})),
            door(format!("{status}/withdraw"), json!({})),
            door(format!("{status}/package"), json!({"secret": "x"})),
        ];
        for (target, fields) in [
            (self.open.console("/take"), json!({})),
            (self.open.console("/messages"), text.clone()),
            (self.open.console("/clarification"), text.clone()),
            (self.open.console("/extension"), json!({"reason": "x"})),
            (self.open.console("/answer"), text),
            (self.open.console("/refusal"), json!({"ground": "excessive", "text": "x"})),
            (self.open.console("/identity"), json!({"reason": "x"})),
            (self.open.console("/package"), json!({})),
            (self.open.console("/complaint"), json!({})),
            (self.open.console("/erasure"), json!({"executor": "x"})),
            (format!("{}/request", self.case), json!({"kind": "access"})),
        ] {
            let mut door = door(target, fields);
            door.good = door.good.bearer(OPERATOR).header("if-match", "*");
            doors.push(door);
        }
        doors
    }

    pub(super) async fn play(&self, corpus: Vec<Hostile>) {
        let before = self.kept().await;
        play(&self.host, corpus, 1, &get(&self.status)).await;
        assert_eq!(self.kept().await, before);
    }
}
