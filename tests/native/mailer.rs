//! Suppressions for the mailer and the operators, in native code.

use desk_core::suppression::{Link, ListId};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{APP, Answer, BASE, OPERATOR, World, get, json as json_body, request};

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn send(world: &World, method: Method, target: &str, token: &str, body: &Value) -> Answer {
    let headers = [("authorization", bearer(token)), ("content-type", "application/json".into())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    world.mailer(&request(method, target, &headers, body))
}

fn read(world: &World, target: &str, token: &str) -> Answer {
    send(world, Method::GET, target, token, &Value::Null)
}

/// Lets a person opt out by one click.
fn opt_out(world: &World, email: &str, list: &str) {
    let list: ListId = list.parse().unwrap();
    let link = Link::new(&world.setup.keys, &email.parse().unwrap(), list.tag());
    let path = format!("/u/{}", link.mint(&world.setup.keys));
    assert_eq!(world.unsubscribe(&request(Method::POST, &path, &[], "")).status, 200);
}

fn subject(world: &World, email: &str) -> String {
    world.setup.keys.subject(&email.parse().unwrap()).to_string()
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_check_tells_what_is_suppressed_and_why() {
    let world = World::new();
    opt_out(&world, "jane@example.org", "product-news");
    let check = |body: Value| send(&world, Method::POST, "/suppressions/check", APP, &body);
    let emails = json!({"emails": ["jane@example.org", "JANE@EXAMPLE.ORG", "john@example.org"]});
    let without = check(emails.clone()).json();
    assert!((0..3).all(|at| without["results"][at]["suppressed"] == false), "{without}");
    let mut with = emails;
    with["list"] = "product-news".into();
    let answer = check(with).json();
    let flags: Vec<bool> =
        (0..3).map(|at| answer["results"][at]["suppressed"].as_bool().unwrap()).collect();
    assert_eq!(flags, [true, true, false]);
    assert_eq!(
        answer["results"][0],
        json!({
            "email": "jane@example.org",
            "subject": subject(&world, "jane@example.org"),
            "suppressed": true,
            "because": [{"scope": "product-news", "reason": "bare", "at": "2026-11-22T10:00:00Z"}],
        })
    );
    let hashes = json!({"subjects": [subject(&world, "jane@example.org")], "list": "product-news"});
    assert_eq!(check(hashes).json()["results"][0]["suppressed"], true);
    for (body, pointer, code) in [
        (json!({}), "/email", "missing"),
        (json!({"subjects": "x"}), "/subjects", "not-a-list"),
        (json!({"subjects": []}), "/subjects", "empty"),
        (json!({"subjects": ["x"]}), "/subjects/0", "not-a-subject"),
        (json!({"subjects": [1]}), "/subjects/0", "not-a-subject"),
        (json!({"emails": ["a@b.co"], "list": "none"}), "/list", "unknown-list"),
    ] {
        assert_eq!(check(body).errors(), [(pointer.to_owned(), code.to_owned())]);
    }
}

#[test]
fn a_thousand_are_checked_in_one_request_with_many_reads_in_flight() {
    let world = World::new();
    let emails: Vec<String> = (0..1000).map(|n| format!("p{n}@example.org")).collect();
    world.store.reset_calls();
    let body = json!({"emails": emails, "list": "tips"});
    let answer = send(&world, Method::POST, "/suppressions/check", APP, &body);
    assert_eq!(answer.json()["results"].as_array().unwrap().len(), 1000);
    assert_eq!(world.store.calls().len(), 4_000);
    assert!(world.store.depth() <= 4_000 / desk_app::suppression::IN_FLIGHT + 1);
}

#[test]
fn the_mailer_follows_along_and_loses_nothing() {
    let world = World::new();
    opt_out(&world, "jane@example.org", "product-news");
    let all = read(&world, "/suppressions", APP);
    assert_eq!(lines(&all).len(), 1);
    assert_eq!(lines(&all)[0]["subject"], subject(&world, "jane@example.org").as_str());
    let cursor = all.header("desk-cursor").to_owned();
    assert_eq!(all.header("link"), format!("<{BASE}/suppressions?since={cursor}>; rel=\"next\""));
    let since = |cursor: &str| read(&world, &format!("/suppressions?since={cursor}"), APP);
    // The cursor stays behind, so that what is still on its way into the store is not missed.
    assert_eq!(lines(&since(&cursor)).len(), 1);
    world.later(120);
    opt_out(&world, "john@example.org", "tips");
    let second = since(&cursor);
    assert_eq!(lines(&second).len(), 2);
    assert_eq!(lines(&second)[1]["scope"], "tips");
    let cursor = second.header("desk-cursor").to_owned();
    assert_eq!(lines(&since(&cursor)).len(), 1, "the newer one only");
    world.later(120);
    let cursor = since(&cursor).header("desk-cursor").to_owned();
    assert_eq!(lines(&since(&cursor)).len(), 0);
    // A change with an older id that is written late is found all the same.
    world.later(-30);
    opt_out(&world, "late@example.org", "tips");
    world.later(30);
    assert_eq!(lines(&since(&cursor)).len(), 1);
}

#[test]
fn what_was_fetched_or_acknowledged_is_no_longer_on_its_way() {
    let world = World::new();
    let pending = || read(&world, "/suppressions/pending", OPERATOR).json()["pending"].clone();
    opt_out(&world, "jane@example.org", "product-news");
    world.later(30);
    opt_out(&world, "john@example.org", "product-news");
    assert_eq!(pending(), 2);
    // An operator who looks is not the mailer.
    let cursor = read(&world, "/suppressions", OPERATOR).header("desk-cursor").to_owned();
    read(&world, &format!("/suppressions?since={cursor}"), OPERATOR);
    assert_eq!(pending(), 2);
    let old = "00000000000000000000000000";
    assert_eq!(read(&world, &format!("/suppressions?since={old}"), APP).status, 200);
    assert_eq!(pending(), 0);
    world.later(3600);
    opt_out(&world, "jill@example.org", "product-news");
    world.later(120);
    assert_eq!(pending(), 1);
    let pending_json = read(&world, "/suppressions/pending", APP).json();
    assert_eq!(pending_json["oldest_age_seconds"], 120);
    assert_eq!(pending_json["overdue"], false);
    let cursor = read(&world, "/suppressions", OPERATOR).header("desk-cursor").to_owned();
    let acknowledge = |cursor: &str| {
        send(&world, Method::POST, "/suppressions/acknowledge", APP, &json!({"cursor": cursor}))
    };
    assert_eq!(acknowledge("no").errors()[0].1, "cursor");
    assert_eq!(acknowledge("7ZZZZZZZZZZZZZZZZZZZZZZZZZ").errors()[0].1, "cursor");
    assert_eq!(acknowledge(&cursor).status, 204);
    assert_eq!(pending(), 0);
    // A cursor never goes back.
    assert_eq!(acknowledge(old).status, 204);
    assert_eq!(pending(), 0);
}

/// How many entries the journal has, and how many marks of what was told or pruned.
fn kept(world: &World) -> [usize; 3] {
    ["change", "told", "pruned"].map(|area| world.keys(area).len())
}

#[test]
fn the_journal_is_pruned_and_whoever_is_behind_begins_anew() {
    const DAY: i64 = 86_400;
    let world = World::new();
    let sweep = || {
        world.later(60);
        assert_eq!(world.sweep().status, 204);
    };
    // Somebody plays with a link, minute after minute.
    for _ in 0..600 {
        world.later(60);
        opt_out(&world, "jane@example.org", "tips");
    }
    world.later(120);
    let behind = read(&world, "/suppressions", OPERATOR).header("desk-cursor").to_owned();
    world.later(DAY);
    opt_out(&world, "john@example.org", "tips");
    // Nobody has fetched anything, so it stays.
    sweep();
    assert_eq!(kept(&world), [601, 0, 0]);
    world.later(120);
    let cursor = read(&world, "/suppressions", APP).header("desk-cursor").to_owned();
    read(&world, &format!("/suppressions?since={cursor}"), APP);
    for left in [345, 89, 2, 2] {
        sweep();
        assert_eq!(kept(&world), [left, 0, 0], "a call has a bound");
    }
    // After a month the last word goes as well: first the mark, then what it names.
    world.later(31 * DAY);
    opt_out(&world, "jill@example.org", "tips");
    sweep();
    assert_eq!(kept(&world), [3, 0, 1]);
    sweep();
    assert_eq!(kept(&world), [1, 0, 1]);
    sweep();
    assert_eq!(kept(&world), [1, 0, 1]);
    let since = |cursor: &str| read(&world, &format!("/suppressions?since={cursor}"), APP);
    for cursor in [behind.as_str(), "00000000000000000000000000"] {
        assert_eq!(since(cursor).errors(), [("?since".to_owned(), "cursor-pruned".to_owned())]);
    }
    // Whoever has what is gone follows along as before, and whoever begins anew is told all that holds.
    assert_eq!(lines(&since(&cursor)).len(), 1);
    assert_eq!(lines(&read(&world, "/suppressions", APP)).len(), 3);
    let pending = read(&world, "/suppressions/pending", APP).json();
    assert_eq!(pending["pending"], 0);
}

#[test]
fn a_sweep_that_fails_at_any_call_loses_nothing() {
    let world = World::new();
    opt_out(&world, "jane@example.org", "tips");
    world.later(1);
    opt_out(&world, "jane@example.org", "tips");
    world.later(120);
    let cursor = read(&world, "/suppressions", APP).header("desk-cursor").to_owned();
    read(&world, &format!("/suppressions?since={cursor}"), APP);
    world.later(31 * 86_400);
    for call in 0..64 {
        world.store.reset_calls();
        world.store.fail_from(Some(call % 12));
        world.later(60);
        world.sweep();
        world.store.fail_from(None);
        let answer = read(&world, &format!("/suppressions?since={cursor}"), OPERATOR);
        assert_eq!(answer.status, 200, "whoever has it all is never sent back");
        let whole = read(&world, "/suppressions?since=00000000000000000000000000", OPERATOR);
        let refused = whole.status == 422 && whole.errors()[0].1 == "cursor-pruned";
        assert!(refused || !lines(&whole).is_empty(), "nothing is left out in silence");
    }
    assert_eq!(kept(&world), [0, 0, 1]);
}

#[test]
fn exports_are_whole_in_both_forms() {
    let world = World::new();
    for number in 0..1_300 {
        opt_out(&world, &format!("p{number}@example.org"), "tips");
    }
    let all = lines(&read(&world, "/suppressions", OPERATOR));
    assert_eq!(all.len(), 1_300);
    let csv = read(&world, "/suppressions?format=csv&since=00000000000000000000000000", OPERATOR);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(csv.header("content-length"), "");
    let rows: Vec<&str> = csv.text().split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 1_301);
    assert_eq!(rows[0], "id,subject,scope,suppressed,reason,at");
    assert!(rows[1].ends_with(",tips,true,bare,2026-11-22T10:00:00Z"), "{}", rows[1]);
    let head = send(&world, Method::HEAD, "/suppressions", OPERATOR, &Value::Null);
    assert_eq!((head.status, head.body.len()), (200, 0));
    let wrong = read(&world, "/suppressions?since=x", OPERATOR);
    assert_eq!(wrong.errors(), [("?since".to_owned(), "cursor".to_owned())]);
    let future = read(&world, "/suppressions?since=7ZZZZZZZZZZZZZZZZZZZZZZZZZ", APP);
    assert_eq!(future.errors(), [("?since".to_owned(), "cursor".to_owned())]);
    let wrong = read(&world, "/suppressions?format=xml", OPERATOR);
    assert_eq!(wrong.errors(), [("?format".to_owned(), "unknown-format".to_owned())]);
}

#[test]
fn operators_enter_and_lift_with_a_reason_that_is_recorded() {
    let world = World::new();
    let put = |method: Method, body: Value| send(&world, method, "/suppressions", OPERATOR, &body);
    let jane = json!({"email": "jane@example.org", "scope": "complaint", "reason": "called us"});
    let entered = put(Method::PUT, jane.clone());
    assert_eq!(entered.status, 200, "{}", entered.text());
    assert_eq!(entered.field("/reason"), "complaint");
    let check = json!({"emails": ["jane@example.org"]});
    let checked = send(&world, Method::POST, "/suppressions/check", APP, &check);
    assert_eq!(checked.json()["results"][0]["suppressed"], true);
    world.later(1);
    assert_eq!(put(Method::DELETE, jane).json()["suppressed"], false);
    let checked = send(&world, Method::POST, "/suppressions/check", APP, &check);
    assert_eq!(checked.json()["results"][0]["suppressed"], false);
    let audit = world.console(&request(
        Method::GET,
        "/console/api/audit",
        &[("authorization", &bearer(OPERATOR))],
        "",
    ));
    let records = audit.json()["records"].clone();
    assert_eq!(records[0]["action"], "suppression-lifted");
    assert_eq!(records[1]["action"], "suppressed");
    assert_eq!(records[0]["reason"], "called us");
    assert_eq!(records[0]["subject"], subject(&world, "jane@example.org").as_str());
    for (body, pointer) in [
        (json!({"email": "jane@example.org"}), "/reason"),
        (json!({"reason": "x"}), "/email"),
        (json!({"email": "x", "reason": "x"}), "/email"),
        (json!({"email": "a@b.co", "scope": "none", "reason": "x"}), "/scope"),
    ] {
        assert_eq!(put(Method::PUT, body).errors()[0].0, pointer);
    }
}

#[test]
fn what_another_system_knows_is_imported_once() {
    let world = World::new();
    opt_out(&world, "jane@example.org", "tips");
    let rows = json!({"opt_outs": [
        {"email": "jane@example.org", "scope": "tips", "at": "2020-01-01T00:00:00Z"},
        {"email": "john@example.org", "at": "2020-01-01"},
        {"email": "nobody"},
        {"email": "x@example.org", "scope": "none"},
        {"email": "x@example.org", "colour": "red"},
        {"email": "x@example.org", "at": "yesterday"},
        7,
        {},
    ]});
    let import = |token: &str| send(&world, Method::POST, "/suppressions/import", token, &rows);
    assert_eq!(import(APP).slug(), "unauthorised");
    let report = import(OPERATOR).json();
    assert_eq!((&report["imported"], &report["known"]), (&json!(1), &json!(1)));
    let codes: Vec<&str> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "not-an-address",
            "unknown-list",
            "unknown-field",
            "not-an-instant",
            "not-text",
            "missing"
        ]
    );
    assert_eq!(report["refused"][0]["pointer"], "/opt_outs/2");
    let again = import(OPERATOR).json();
    assert_eq!((&again["imported"], &again["known"]), (&json!(0), &json!(2)));
    let body = json!({"emails": ["john@example.org"]});
    let checked = send(&world, Method::POST, "/suppressions/check", APP, &body).json();
    assert_eq!(checked["results"][0]["because"][0]["at"], "2020-01-01T00:00:00Z");
    assert_eq!(checked["results"][0]["because"][0]["reason"], "import");
}

#[test]
fn whoever_has_no_token_learns_nothing() {
    let world = World::new();
    for target in ["/suppressions", "/suppressions/check", "/suppressions/nothing"] {
        assert_eq!(world.mailer(&get(target)).slug(), "unauthorised");
    }
    let put =
        send(&world, Method::PUT, "/suppressions", APP, &json!({"email": "a@b.co", "reason": "x"}));
    assert_eq!(put.slug(), "unauthorised");
    assert!(world.store.calls().is_empty());
}

#[test]
fn a_store_that_fails_at_any_call_is_a_clear_problem() {
    for call in 1..=6 {
        let world = World::new();
        opt_out(&world, "jane@example.org", "tips");
        let email = json!({"email": "john@example.org", "reason": "x"});
        let rows = json!({"opt_outs": [{"email": "john@example.org"}]});
        for (method, target, body) in [
            (Method::POST, "/suppressions/check", json!({"emails": ["a@b.co"]})),
            (Method::PUT, "/suppressions", email.clone()),
            (Method::DELETE, "/suppressions", email),
            (Method::POST, "/suppressions/import", rows),
            (Method::GET, "/suppressions/pending", Value::Null),
        ] {
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = send(&world, method.clone(), target, OPERATOR, &body);
            let calls = world.store.calls().len();
            world.store.fail_from(None);
            assert_eq!(answer.status == 503, calls >= call, "{method} {target} at {call}");
        }
    }
}

#[test]
fn an_export_that_breaks_off_is_not_taken_for_the_whole() {
    let world = World::new();
    opt_out(&world, "jane@example.org", "tips");
    let headers = [("authorization", bearer(APP))];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let asked = request(Method::GET, "/suppressions", &headers, "");
    let response = crate::world::block_on(mailer::serve(&world.desk(), &asked));
    world.store.fail_from(Some(1));
    assert!(crate::world::block_on(response.whole()).is_err());
    world.store.fail_from(None);
    assert_eq!(read(&world, "/suppressions/pending", APP).json()["pending"], 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn strange_requests_are_never_our_fault(
        method in prop::sample::select(vec![Method::GET, Method::POST, Method::PUT, Method::DELETE]),
        path in "/suppressions(/(check|import|acknowledge|pending|x))?(\\?since=[0-9A-Z]{0,26})?",
        body in "\\{\"(emails|subjects|opt_outs|cursor|email)\": [ -~]{0,20}\\}",
    ) {
        let world = World::new();
        let headers = [("authorization", bearer(OPERATOR)), ("content-type", "application/json".into())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = world.mailer(&request(method, &path, &headers, body));
        prop_assert!(answer.status < 500, "{}", answer.status);
    }
}

#[test]
fn json_bodies_are_read_as_the_app_sends_them() {
    let world = World::new();
    let check = json_body(
        "/suppressions/check",
        &json!({"email": "a@b.co"}),
        &[("authorization", &bearer(APP))],
    );
    assert_eq!(world.mailer(&check).json()["results"][0]["suppressed"], false);
}
