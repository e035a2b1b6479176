//! Requests that share one instance at the same moment see only their own data.

use std::sync::Arc;

use desk_host::{Reuse, StoreChoice, store::MemoryStore};
use serde_json::json;

use crate::{
    harness::{
        failing::Failing,
        http::{self, Connection, Request, Response},
        target::{Host, OPERATOR, REUSE, Target},
    },
    scenarios::feedback::status_of,
    walk::{ANNA, filed, get, look, mails, proven},
};

/// As many as Spin lets into one instance at once.
const TOGETHER: usize = 16;

/// How often the requests may fail to meet in one instance: the engine starts another one when the
/// first has not yet said that it waits.
const ATTEMPTS: usize = 20;

/// The case that the n-th client files, with nothing in it that another one's has.
fn own(number: usize) -> Request {
    Request::post("/feedback").json(&json!({
        "kind": "question",
        "message": format!("I am number {number}. {}", "x".repeat(2000 + 97 * number)),
        "name": format!("Client {number}"),
        "email": format!("client-{number}@example.org"),
    }))
}

/// Holds every case to what its own client sent, and to nobody else's.
async fn assert_own_cases(host: &Host, answers: &[Response]) {
    assert_eq!(answers.len(), TOGETHER);
    let mut references = Vec::new();
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.status, 201, "{answer:?}");
        references.push(answer.field("/reference"));
        let case = host.send(&Request::get(format!("{}/case.json", status_of(answer)))).await;
        let sent: serde_json::Value = serde_json::from_slice(&own(number).body).unwrap();
        assert_eq!(case.json()["thread"][0]["text"], sent["message"]);
        assert_eq!((&case.json()["name"], &case.json()["email"]), (&sent["name"], &sent["email"]));
    }
    references.sort();
    references.dedup();
    assert_eq!(references.len(), TOGETHER, "each has a reference of its own");
}

fn reuse() -> Reuse {
    Reuse { max_concurrent: TOGETHER, ..REUSE }
}

#[tokio::test]
async fn sixteen_bodies_that_come_in_halves_do_not_mix() {
    for _ in 0..ATTEMPTS {
        let host = Host::start(StoreChoice::Memory, reuse()).await;
        let mut clients = Vec::new();
        for number in 0..TOGETHER {
            let bytes = own(number).header("expect", "100-continue").to_bytes();
            let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
            let mut connection = Connection::open(host.address()).await;
            connection.write(&bytes[..head]).await;
            // The server asks for the body when the function begins to read it.
            assert_eq!(connection.read().await.unwrap().status, 100);
            let half = head + (bytes.len() - head) / 2;
            connection.write(&bytes[head..half]).await;
            clients.push((connection, bytes[half..].to_vec()));
        }
        // The last to come is the first to finish.
        for (connection, rest) in clients.iter_mut().rev() {
            connection.write(rest).await;
        }
        let mut answers = Vec::new();
        for (connection, _) in &mut clients {
            answers.push(connection.read().await.unwrap());
        }
        let instances = host.instances();
        assert_own_cases(&host, &answers).await;
        host.assert_nothing_trapped();
        if instances == 1 {
            return;
        }
    }
    panic!("in {ATTEMPTS} attempts the requests never met in one instance");
}

#[tokio::test]
async fn sixteen_requests_that_wait_for_the_store_at_once_do_not_mix() {
    for _ in 0..ATTEMPTS {
        let store = Failing::new(Arc::new(MemoryStore::default()));
        let host = Host::start(StoreChoice::Custom(store.clone()), reuse()).await;
        let gate = store.gate("get limit");
        let mut clients = Vec::new();
        for number in 0..TOGETHER {
            let address = host.address();
            clients.push(tokio::spawn(async move { http::send(address, &own(number)).await }));
            gate.arrived(number + 1).await;
        }
        gate.open();
        let mut answers = Vec::new();
        for client in clients {
            answers.push(client.await.unwrap());
        }
        let instances = host.instances();
        assert_own_cases(&host, &answers).await;
        host.assert_nothing_trapped();
        if instances == 1 {
            return;
        }
    }
    panic!("in {ATTEMPTS} attempts the requests never met in one instance");
}

#[tokio::test]
async fn a_client_that_stops_halfway_holds_up_nobody() {
    let host = Host::start(StoreChoice::Memory, reuse()).await;
    let bytes = own(0).to_bytes();
    let mut slow = Vec::new();
    for _ in 0..TOGETHER {
        let mut connection = Connection::open(host.address()).await;
        connection.write(&bytes[..bytes.len() - 100]).await;
        slow.push(connection);
    }
    // They fill an instance, and everybody else is served.
    for number in 0..TOGETHER {
        assert_eq!(host.send(&own(number)).await.status, 201);
    }
    drop(slow);
    assert_eq!(host.send(&own(0)).await.status, 201);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn two_who_write_to_one_case_at_once_are_both_kept() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), reuse()).await;
    let filed = host.send(&own(0)).await;
    let status = status_of(&filed);
    // Both have read the same head before either writes its own.
    let gate = store.gate("set event");
    let write = |text: &'static str| {
        let message = json!({"message": text});
        let request = Request::post(format!("{status}/messages")).json(&message);
        let address = host.address();
        tokio::spawn(async move { http::send(address, &request).await })
    };
    let writers = [write("from the phone"), write("from the laptop")];
    gate.arrived(2).await;
    gate.open();
    for writer in writers {
        assert_eq!(writer.await.unwrap().status, 201);
    }
    // Whatever the order, both events are stored. A view that missed one is mended by the first operator who looks.
    let reference = filed.field("/reference");
    let look = Request::get(format!("/console/api/cases/{reference}")).bearer(OPERATOR);
    assert_eq!(host.send(&look).await.status, 200);
    let case = host.send(&Request::get(format!("{status}/case.json"))).await;
    let thread = case.json()["thread"].as_array().unwrap().clone();
    let mut texts: Vec<_> = thread[1..].iter().map(|entry| entry["text"].clone()).collect();
    texts.sort_by_key(ToString::to_string);
    assert_eq!(texts, ["from the laptop", "from the phone"]);
}

#[tokio::test]
async fn two_codes_that_are_tried_at_once_both_count() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), reuse()).await;
    let filed = filed(&host, "access", ANNA).await;
    // Both have read how many tries are left before either writes that its own was a wrong one.
    let gate = store.gate("set request-event");
    let tries = ["00000-00000", "11111-11111"].map(|code| {
        let (address, request) = (host.address(), filed.enter(code));
        tokio::spawn(async move { http::send(address, &request).await })
    });
    gate.arrived(2).await;
    gate.open();
    for one in tries {
        assert_eq!(one.await.unwrap().status, 422);
    }
    // Whatever the order, both are stored, and an operator's look puts both into the view.
    assert_eq!(host.send(&look(filed.console(""))).await.status, 200);
    assert_eq!(host.send(&get(&filed.pending)).await.field("/tries_left"), "3");
    filed.prove(&host).await;
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn two_operators_who_decide_on_one_request_at_once_do_not_both_prevail() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), reuse()).await;
    let (filed, status) = proven(&host, "access", ANNA).await;
    let answer = filed.act(&host, "/answer", &json!({"text": "Here it is."})).await;
    let refusal = json!({"ground": "excessive", "text": "Once more?"});
    let refusal = filed.act(&host, "/refusal", &refusal).await;
    let gate = store.gate("set claim");
    let acts = [answer, refusal].map(|request| {
        let address = host.address();
        tokio::spawn(async move { http::send(address, &request).await })
    });
    gate.arrived(1).await;
    gate.open();
    let mut ends = Vec::new();
    for act in acts {
        ends.push(act.await.unwrap().status.as_u16());
    }
    ends.sort_unstable();
    assert_eq!(ends, [201, 412], "one of them is told that it came too late");
    // The person is told of the end that counts, and of no other.
    let state = host.send(&get(&status)).await.field("/state");
    let told = mails(&host, ANNA).await;
    assert_eq!(told.len(), 2, "what asked for a proof, and one end: {told:#?}");
    let text = if state == "answered" { "Here it is." } else { "Once more?" };
    assert!(told.iter().any(|mail| mail["text"].as_str().unwrap().contains(text)), "{told:#?}");
    let lines = host.keys().await.iter().filter(|key| key.starts_with("request-log:")).count();
    assert_eq!(lines, 1);
    host.assert_nothing_trapped();
}
