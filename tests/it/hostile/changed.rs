//! Good requests with bytes changed, the same ones in every run.

use serde_json::json;

use super::JSON;
use crate::{
    harness::{
        files,
        http::{Connection, Part, Request},
        target::{Host, OPERATOR, Target, mix},
    },
    scenarios::feedback::{complaint, hidden, status_of},
    walk::{ANNA, JANE, fetch, filed, packed, post, proven},
};

/// A source of changes that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 += 1;
        usize::try_from(mix(self.0) >> 33).expect("31 bits") % limit
    }

    /// Changes some bytes: flips, cuts, repeats, puts in what parsers stumble over.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        const TROUBLE: [&[u8]; 14] = [
            b"\0",
            b"\xff",
            b"\"",
            b"\\",
            b"{",
            b"]",
            b"%",
            b"&&",
            b"\r\n",
            b"--frontier",
            b"\\u0000",
            b"\xc3",
            b"=",
            b"null",
        ];
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(4) {
                0 => bytes.truncate(at),
                1 => bytes
                    .splice(at..at, TROUBLE[self.below(TROUBLE.len())].iter().copied())
                    .for_each(drop),
                2 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                _ => {
                    let end = at + self.below(bytes.len() - at + 1);
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece).for_each(drop);
                }
            }
        }
    }
}

/// Sends seeds over and over with their bodies changed, and the address too.
async fn play(host: &Host, rounds: usize, seeds: &[Request], address: &str) {
    let mut dice = Dice(0);
    for round in 0..rounds {
        for seed in seeds {
            host.clock().pass(60);
            let mut body = seed.body.to_vec();
            dice.change(&mut body);
            let changed = Request { body: body.into(), ..seed.clone() };
            let answer = host.send(&changed).await;
            assert!(!answer.status.is_server_error(), "round {round}: {changed:?}: {answer:?}");
        }
        // An address, changed in what can stand in one.
        let mut target = address.to_owned().into_bytes();
        dice.change(&mut target);
        target.retain(|byte| byte.is_ascii_graphic() && *byte != b'#');
        target.insert(0, b'/');
        let target = String::from_utf8(target).expect("ASCII").replace('%', "%25%");
        let authorization = format!("authorization: Bearer {OPERATOR}");
        let bytes = format!("GET {target} HTTP/1.1\r\nhost: desk\r\n{authorization}\r\n\r\n");
        let mut connection = Connection::open(host.address()).await;
        connection.write(bytes.as_bytes()).await;
        let answer = connection.read().await.expect("an answer");
        assert!(!answer.status.is_server_error(), "{target}: {answer:?}");
    }
    assert_eq!(host.send(&Request::get(address).bearer(OPERATOR)).await.status, 200);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn good_requests_with_bytes_changed_are_never_our_fault() {
    let host = Host::memory().await;
    let status = status_of(&host.send(&complaint()).await);
    let token = hidden(&host.send(&Request::get("/feedback")).await, "token");
    let message = json!({"message": "More.", "once": null}).to_string();
    let policy = "# Policy\n\n## One\n\n- a [link](/feedback)\n\n| a | b |\n|---|---|\n| c | d |\n";
    let seeds = [
        complaint(),
        Request::post("/feedback").form(&[
            ("token", &token),
            ("kind", "question"),
            ("message", "M%20"),
        ]),
        Request::post("/feedback").multipart(&[
            Part::Field("token", &token),
            Part::Field("kind", "problem"),
            Part::Field("message", "Many parts."),
            Part::File("file", "a.png", "image/png", &files::png_that_tells()),
        ]),
        Request::post(format!("{status}/messages")).body(JSON, message),
        Request::put("/policy/versions/fuzz?lang=en")
            .bearer(OPERATOR)
            .body("text/markdown", policy),
    ];
    play(&host, 100, &seeds, &status).await;
}

#[tokio::test]
async fn good_data_requests_with_bytes_changed_are_never_our_fault() {
    let host = Host::memory().await;
    let (open, status) = proven(&host, "access", ANNA).await;
    let secret = packed(&host, &open, ANNA).await;
    let (erasing, _) = proven(&host, "erasure", JANE).await;
    let unproven = filed(&host, "access", JANE).await;
    let token = hidden(&host.send(&Request::get("/requests").page()).await, "token");
    let picture = files::png_that_tells();
    let fields = [("token", token.as_str()), ("kind", "access"), ("email", JANE)];
    let act = |name: &str, body: serde_json::Value| {
        post(open.console(name), &body).bearer(OPERATOR).header("if-match", "*")
    };
    let file = json!({"kind": "objection", "email": JANE, "details": "No.", "name": "Jane",
        "behalf": "self", "attachments": [{"data": "SSBzYXcgaXQu"}]});
    let refusal = json!({"ground": "legal-duty", "text": "It must be kept."});
    let executor = json!({"executor": "Head of support", "reason": "Asked for.", "text": "Done."});
    let mut seeds = vec![
        post("/requests", &file),
        Request::post("/requests").form(&fields),
        Request::post("/delete-account").multipart(&[
            Part::Field("token", &token),
            Part::Field("email", JANE),
            Part::File("file", "a.png", "image/png", &picture),
        ]),
        unproven.enter("K7QM2-K7QM2"),
        post(format!("{}/assertion", unproven.pending), &json!({"assertion": "e30.e30.AAAA"})),
        Request::post(&unproven.link).form(&[]),
        post(format!("{status}/messages"), &json!({"message": "More."})),
        Request::post(format!("{status}/messages")).form(&[("message", "More"), ("once", &token)]),
        fetch(&status, &secret),
        Request::post(format!("{status}/package")).form(&[("secret", &secret)]),
        act("/clarification", json!({"text": "Since when?"})),
        act("/messages", json!({"text": "We are at it."})),
        act("/extension", json!({"reason": "There is much of it."})),
        act("/take", json!({})),
        act("/package", json!({})),
        post(erasing.console("/erasure"), &executor).bearer(OPERATOR).header("if-match", "\"x\""),
    ];
    play(&host, 30, &seeds, &open.console("")).await;
    // What ends a request, last.
    seeds.extend([
        act("/answer", json!({"text": "Here it is.", "partly": true})),
        act("/refusal", refusal),
        post(format!("{status}/withdraw"), &json!({})),
    ]);
    play(&host, 30, &seeds, &status).await;
}
