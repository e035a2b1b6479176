//! Packages, repairs and what is not configured.

use super::*;

#[test]
fn a_package_is_built_for_the_person_alone() {
    let world = World::requests();
    let filed = world.asserted();
    let target = format!("{}/package", filed.url);
    let build = |headers: &[(&str, &str)]| operator(Method::POST, &target, headers, "");
    assert_eq!(world.console(&build(&[])).status, 428);
    assert_eq!(world.console(&build(&[("if-match", "\"x\"")])).status, 412);
    assert_eq!(
        world.refused(&act(&world.unproven(), "package", json!({}))),
        "it is not proven yet who asks."
    );
    let built = world.done(&build(&[("if-match", "*")]));
    assert_eq!((built.status, built.field("/state")), (201, "received".to_owned()));
    let package = built.json()["package"].clone();
    let (_, mail) = world.mails().pop().unwrap();
    let secret = mail.text.lines().find_map(|line| line.parse::<PackageSecret>().ok()).unwrap();
    // The operator is told that there is one, and never how to open it.
    assert!(!built.text().contains(&secret.to_string()));
    assert_eq!(mail.expires.to_second(), package["until"].as_str().unwrap().parse().unwrap());
    assert_eq!(world.keys("package-lock").len(), 1);
    // Another one takes its place, also once the request has ended.
    let again = world.done(&build(&[("if-match", "*")]));
    assert_ne!(again.json()["package"]["id"], package["id"]);
    assert_eq!(world.keys("package-lock").len(), 1);
    world.done(&act(&filed, "answer", text("x")));
    assert_eq!(world.refused(&build(&[("if-match", "*")])), "it has ended.");
    let drop = |headers: &[(&str, &str)]| operator(Method::DELETE, &target, headers, "");
    assert_eq!(world.console(&drop(&[])).status, 428);
    let dropped = world.done(&drop(&[("if-match", "*")]));
    assert_eq!((dropped.status, &dropped.json()["package"]), (200, &Value::Null));
    assert_eq!((world.keys("package-lock").len(), world.keys("package").len()), (0, 0));
    assert_eq!(world.refused(&drop(&[("if-match", "*")])), "it is in this state already.");
    let mut actions = world.actions();
    actions.retain(|action| action.starts_with("package"));
    assert_eq!(actions, ["package-dropped", "package-built", "package-built"]);
}

#[test]
fn a_package_is_built_whole_or_not_given_out() {
    for method in [Method::POST, Method::DELETE] {
        for call in 1.. {
            let world = World::requests();
            let filed = world.asserted();
            let target = format!("{}/package", filed.url);
            let act = |method: &Method| operator(method.clone(), &target, &[("if-match", "*")], "");
            if method == Method::DELETE {
                world.done(&act(&Method::POST));
            }
            world.later(1);
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&act(&method));
            world.store.fail_from(None);
            // What is given out has its lock and its mail.
            let given = world.kept(&filed).package.is_some();
            if method == Method::POST && given {
                assert!(!world.keys("package-lock").is_empty() && !world.mails().is_empty());
            }
            if answer.status < 500 {
                assert!(call > 6);
                break;
            }
            assert_eq!(answer.status, 503, "{call}");
            world.later(60);
            let again = world.console(&act(&method));
            assert!(matches!(again.status, 200 | 201 | 409), "{call} {again:?}");
            assert_eq!(world.kept(&filed).package.is_some(), method == Method::POST, "{call}");
        }
    }
}

#[test]
fn the_key_to_a_package_is_mailed_once_the_operator_has_an_answer() {
    let build = |world: &World| act(&world.asserted(), "package", json!({}));
    is_sent_once_the_answer_is_out(build, "/requests/status/");
    // Of two packages the second one is there, and its key is the one that was sent last.
    let world = World::sending();
    let filed = world.asserted();
    let secrets: Vec<PackageSecret> = (0..2)
        .map(|_| {
            world.done(&act(&filed, "package", json!({})));
            let sent = String::from_utf8(world.store.sent().pop().unwrap().body).unwrap();
            sent.split("\\n").find_map(|line| line.parse().ok()).unwrap()
        })
        .collect();
    let package = world.kept(&filed).package.unwrap();
    let opens =
        |secret| block_on(desk_app::packages::download(&world.desk(), &package, secret)).is_ok();
    assert_eq!(secrets.iter().map(opens).collect::<Vec<_>>(), [false, true]);
    // Whoever drops one sends nothing, and leaves nothing of a mail that nobody took.
    world.store.others_answer(Some(503));
    world.done(&act(&filed, "package", json!({})));
    assert_eq!((world.waiting(), world.keys("try").len()), (1, 1));
    world.store.sent();
    world.done(&operator(
        Method::DELETE,
        &format!("{}/package", filed.url),
        &[("if-match", "*")],
        "",
    ));
    assert_eq!((world.store.sent().len(), world.waiting()), (0, 0));
    assert!(world.keys("try").is_empty());
}

#[test]
fn a_sweep_repairs_the_head_of_a_request() {
    let world = World::requests();
    let filed = world.asserted();
    world.done(&act(&filed, "take", json!({})));
    let head = world.keys("request-head");
    assert!(world.store.take(&head[0]).is_some());
    world.later(30);
    world.sweep();
    assert_eq!(world.keys("request-head"), head);
    assert_eq!(world.kept(&filed).state(world.now.get()).name(), "in_progress");
}

#[test]
fn an_operator_is_told_what_is_not_configured_before_anything_is_done() {
    let world = World::with(|name| (name == "retention_days").then_some("3y"));
    let filed = world.asserted();
    let before = world.stored();
    for call in [
        act(&filed, "messages", text("x")),
        act(&filed, "answer", text("x")),
        post(&format!("{}/complaint", filed.url), &json!({}), &[]),
    ] {
        let answer = world.console(&call);
        assert_eq!((answer.status, answer.slug()), (500, "misconfigured".to_owned()), "{call:?}");
    }
    assert_eq!(world.stored(), before);
}

#[test]
fn what_was_changed_in_the_store_is_not_believed() {
    let world = World::requests();
    let filed = world.asserted();
    world.done(&act(&filed, "answer", text("x")));
    let whole = world.store.dump();
    for area in ["request", "request-head", "request-log"] {
        let key = &world.keys(area)[0];
        world.store.put(key, whole[key][..whole[key].len() / 2].to_vec());
        let target = if area == "request-log" { "/console/api/requests/log" } else { &filed.url };
        let answer = world.console(&get(target));
        assert_eq!((answer.status, answer.slug()), (500, "internal".to_owned()), "{area}");
        assert!(answer.log.is_some() && !answer.text().contains(DETAILS));
        world.store.put(key, whole[key].clone());
    }
    // Keys that are none of ours do no harm.
    for key in [
        "request:x",
        "request:x:y:z",
        "request-event:x",
        "request-event:x:y",
        "request-log:x",
        "requests",
    ] {
        world.store.put(key, vec![1]);
    }
    for target in
        [REQUESTS, "/console/api/requests/log", "/console/api/requests/metrics", &filed.url]
    {
        assert_eq!(world.console(&get(target)).status, 200, "{target}");
    }
}
