//! A store that fails at its n-th call, for every n on every path that writes, and one that is gone.

mod cases;
mod erasure;
mod packages;
mod reads;
mod requests;
mod work;

use std::{
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use desk_host::{HostOptions, StoreChoice, store::MemoryStore};
use futures_util::future::join_all;

use crate::{
    harness::{
        failing::Failing,
        functions,
        http::{Request, Response},
        native::{HostStore, Native},
        snapshot,
        target::{Host, Target, variables},
    },
    scenarios::feedback::{complaint, status_of},
};

/// What a journey is played on.
#[derive(Clone, Copy, Debug)]
enum Side {
    /// The functions in this process.
    Native,
    /// The built wasm in the embedded host.
    Wasm,
}

/// Makes of each journey two tests: in native code, and over the built wasm.
macro_rules! on_both_sides {
    ($($module:ident: [$($journey:ident),+ $(,)?])+) => {
        on_both_sides!(native, Native, $($module: [$($journey),+])+);
        on_both_sides!(wasm, Wasm, $($module: [$($journey),+])+);
    };
    ($name:ident, $side:ident, $($module:ident: [$($journey:ident),+])+) => {
        mod $name {
            use super::Side;
            $($(
                #[tokio::test]
                async fn $journey() {
                    super::$module::$journey(Side::$side).await;
                }
            )+)+
        }
    };
}

on_both_sides! {
    cases: [
        a_filing_by_json_is_whole_or_refused,
        a_filing_by_form_is_whole_or_refused,
        a_message_is_kept_once_or_refused,
        a_withdrawal_happens_or_is_refused,
        a_reply_is_audited_and_kept_once_or_refused,
        a_state_is_set_or_refused,
        a_policy_version_is_published_or_refused,
    ]
    erasure: [
        an_erasure_that_breaks_off_anywhere_is_repeated_to_its_end,
        an_erasure_that_failed_for_long_is_repeated_to_its_end,
    ]
    packages: [
        a_package_is_built_whole_or_not_given_out,
        a_package_is_dropped_or_the_same_call_drops_it,
        a_package_that_breaks_off_is_seen_to_and_fetched_again,
    ]
    reads: [
        a_store_that_is_gone_is_a_clear_problem_on_every_path,
    ]
    requests: [
        a_request_by_json_is_whole_or_refused,
        a_request_by_form_is_whole_or_refused,
        a_proof_is_taken_once_or_refused,
        a_wrong_code_counts_and_locks_nobody_out_of_their_mailbox,
        another_mail_brings_a_code_that_works,
        what_is_taken_back_is_taken_back_or_refused,
        a_message_to_a_request_is_kept_once_or_refused,
        a_store_that_is_gone_is_a_clear_problem_to_whoever_reads_a_request,
    ]
    work: [
        what_an_operator_does_is_done_and_told_once_or_refused,
        a_proof_that_an_operator_saw_is_audited_and_taken_once_or_refused,
        a_complaint_becomes_one_request_or_none,
        a_request_gives_one_complaint_and_one_mail_or_none,
        the_log_is_exported_whole_or_not_at_all,
        a_look_that_cannot_be_recorded_is_not_given,
    ]
}

/// A desk over a store that fails on demand.
async fn failing_desk(side: Side) -> (Rc<dyn Target>, Arc<Failing>) {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    // Many tries in a short time are what this is about.
    let limits = ["feedback_limits", "request_limits", "request_mail_limits"];
    let limits = limits.map(|name| (name, "1000000;w=60"));
    let desk: Rc<dyn Target> = match side {
        Side::Native => Rc::new(Native::over(HostStore::new(store.clone()), &limits)),
        Side::Wasm => Rc::new(Host::with(StoreChoice::Custom(store.clone()), &limits).await),
    };
    (desk, store)
}

fn assert_store_problem(answer: &Response, call: usize) {
    assert_eq!(answer.status, 503, "with the store failing at call {call}: {answer:?}");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.field("/type").ends_with("/problems/store-unavailable"));
    // What the store says is for the log: it may name hosts and keys.
    assert!(!answer.text().contains("told to fail"), "{answer:?}");
    assert!(answer.header("location").is_none());
}

/// Sends a request with the store failing at its first call, its second, and so on, until the request gets by; then
/// the same request again, as a client does that has seen a 503. Gives the answers to both.
///
/// The store fails at that call alone, as one that is back at once, and then from that call on.
async fn fail_at_every_call(
    host: &dyn Target,
    store: &Failing,
    request: &Request,
) -> (Response, Response) {
    for call in 1.. {
        for alone in [true, false] {
            if let Some(answer) = fail_at(host, store, request, (call, alone)).await {
                let again = host.send(request).await;
                host.assert_nothing_trapped();
                return (answer, again);
            }
        }
    }
    unreachable!("some number of calls is enough")
}

/// Sends a request with the store failing at a call. Gives the answer, if the request made fewer calls than that; else
/// the answer was a clear problem.
async fn fail_at(
    host: &dyn Target,
    store: &Failing,
    request: &Request,
    (call, alone): (usize, bool),
) -> Option<Response> {
    if alone {
        store.fail_at(call);
    } else {
        store.fail_from(call);
    }
    let answer = host.send(request).await;
    let made = store.calls();
    let calls = made.len();
    store.reset();
    // An act that broke off belongs to whoever began it for a minute.
    host.clock().pass(61);
    if answer.status.is_server_error() {
        assert_store_problem(&answer, call);
        return None;
    }
    // A claim that cannot be written is somebody else's for a moment, and one that cannot be given back grows old. What is
    // done behind an answer is done by the sweep where it fails.
    let is_no_fault = ["get claim", "set claim", "get outcome", "get outbox", "get try"];
    if made.get(call - 1).is_some_and(|name| is_no_fault.contains(&name.as_str())) {
        return None;
    }
    assert!(calls < call, "an answer {} came although call {call} failed", answer.status);
    assert!(call > 1, "{} {} never used the store", request.method, request.target);
    Some(answer)
}

/// The same as [`fail_at_every_call`], with something of its own for every failure: `prepare` makes it, with the request
/// about it that fails and is sent again, and `check` looks at what came of it in the end.
async fn fail_afresh<T>(
    (host, store): (&dyn Target, &Failing),
    prepare: impl AsyncFn() -> (Request, T),
    check: impl AsyncFn(T, Response),
) {
    for call in 1.. {
        let mut is_over = true;
        for alone in [true, false] {
            let (request, about) = prepare().await;
            let answer = match fail_at(host, store, &request, (call, alone)).await {
                Some(answer) => answer,
                None => {
                    is_over = false;
                    host.send(&request).await
                }
            };
            host.clock().pass(1);
            check(about, answer).await;
            // What operators do reads all that waits: it would grow from one failure to the next.
            store.clear().await;
        }
        if is_over {
            host.assert_nothing_trapped();
            return;
        }
    }
}

#[tokio::test]
async fn redis_that_is_killed_is_a_clear_problem() {
    let Some(mut host) = Host::redis().await else { return };
    let status = status_of(&host.send(&complaint()).await);
    host.server().kill();
    let answer = host.send(&Request::get(&status).header("accept", "application/json")).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    let answer = host.send(&complaint()).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn a_store_that_never_answers_is_a_clear_problem_within_the_deadline() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let set = [("store_deadline_ms", "400"), ("feedback_limits", "1000000;w=60")];
    let host = Host::with(StoreChoice::Custom(store.clone()), &set).await;
    let status = status_of(&host.send(&complaint()).await);
    let read = Request::get(&status).header("accept", "application/json");
    for (call, request) in [("get case", &read), ("set case", &complaint())] {
        let gate = store.gate(call);
        let begun = Instant::now();
        // Sixteen at once share an instance, and none of them waits for another.
        let answers = join_all((0..16).map(|_| host.try_send(request))).await;
        assert!(begun.elapsed() < Duration::from_secs(8), "{call}: {:?}", begun.elapsed());
        for answer in answers {
            assert_store_problem(&answer.expect("an answer"), 1);
        }
        assert_eq!(host.try_send(&Request::get("/feedback")).await.expect("a form").status, 200);
        gate.open();
        assert_eq!(host.send(&read).await.status, 200, "it goes on as soon as the store answers");
    }
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn what_was_changed_in_the_store_is_not_believed() {
    let host = Host::memory().await;
    let filed = host.send(&complaint()).await;
    let other = host.send(&complaint()).await;
    let (status, store) = (status_of(&filed), host.backend());
    let keys: Vec<String> =
        host.keys().await.into_iter().filter(|key| key.starts_with("case:")).collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    let values =
        [store.get(&keys[0]).await.unwrap().unwrap(), store.get(&keys[1]).await.unwrap().unwrap()];
    let whole = [&values[0][..], &values[1][..]];
    let mut bit = whole[0].to_vec();
    *bit.last_mut().unwrap() ^= 1;
    for (what, value) in [
        ("swapped", whole[1].to_vec()),
        ("cut", whole[0][..whole[0].len() - 1].to_vec()),
        ("empty", Vec::new()),
        ("one bit", bit),
        ("plain", b"{\"kind\": \"complaint\"}".to_vec()),
    ] {
        store.set(&keys[0], value.clone()).await.unwrap();
        // One of the two is the case whose opening was changed; the other one is not harmed.
        let mut seen = [
            host.send(&Request::get(&status).header("accept", "application/json")).await,
            host.send(&Request::get(status_of(&other)).header("accept", "application/json")).await,
        ];
        seen.sort_by_key(|answer| answer.status);
        assert_eq!(seen.each_ref().map(|answer| answer.status.as_u16()), [200, 500], "{what}");
        assert!(seen[1].field("/type").ends_with("/problems/internal"), "{what}");
    }
    let request = Request::get(&status).header("accept", "application/json");
    for path in [status, status_of(&other)] {
        let answer = host.send(&Request::get(path).header("accept", "application/json")).await;
        if answer.status == 500 {
            snapshot::hold("faults/store", "changed", &request, &answer);
        }
    }
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn a_desk_that_is_not_configured_says_so() {
    let mut options = HostOptions::new(functions::built().path());
    options.variables = variables();
    options.variables.insert("root_secret".to_owned(), "too-short".to_owned());
    let host = Host::run(options).await;
    // The pages of the site have no secret, so they are there all the same.
    assert_eq!(host.send(&Request::get("/").page()).await.status, 200);
    for path in ["/policy", "/feedback", "/console/api/cases"] {
        let request = Request::get(path);
        let answer = host.send(&request).await;
        snapshot::hold("faults/configuration", "misconfigured", &request, &answer);
    }
    host.assert_nothing_trapped();
    assert!(host.log().iter().any(|line| line.contains("root_secret")), "{:?}", host.log());
    assert!(!host.log().iter().any(|line| line.contains("too-short")), "{:?}", host.log());
}
