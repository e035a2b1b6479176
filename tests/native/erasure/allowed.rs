//! What may be erased, and the act.

use super::*;

#[test]
fn only_an_open_request_that_ends_so_and_is_proven_erases() {
    let world = World::new();
    let code = desk_core::request::CodeHash::new(
        &world.setup.keys,
        Id::from_bytes([0; 16]),
        &"K7QM2-X9P4T".parse().unwrap(),
    );
    let open = |kind, identity, changes| {
        open_request(&world, EMAIL, kind, RequestDoor::Form, identity, changes)
    };
    let before = |key: &RequestKey| {
        let tag = seen(&world, key).header("etag").to_owned();
        let answer = ordered(&world, key, &tag);
        assert_eq!((answer.status, answer.slug().as_str()), (409, "case-state"));
        assert_eq!(seen(&world, key).json()["allowed"], false);
        answer.field("/detail")
    };
    let mut said = BTreeSet::new();
    said.insert(before(&open(RequestKind::Erasure, Identity::Sent(code), vec![])));
    let refused =
        RequestChange::Refused { ground: request::RefusalGround::Excessive, text: text("No.") };
    said.insert(before(&open(RequestKind::Erasure, Identity::Asserted, vec![refused])));
    for kind in [
        RequestKind::Access,
        RequestKind::Portability,
        RequestKind::Rectification,
        RequestKind::Restriction,
    ] {
        said.insert(before(&open(kind, Identity::Asserted, vec![])));
    }
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(world.keys("act").is_empty() && world.keys("request-log").is_empty());
    for kind in [RequestKind::Erasure, RequestKind::Objection, RequestKind::Withdrawal] {
        let proven = vec![RequestChange::Identified(Proof::Code)];
        erased(&world, &open(kind, Identity::Sent(code), proven));
    }
    // Others that are open stayed, those that had ended went.
    assert_eq!(world.keys("request").len(), 5);
    let nobody = RequestKey {
        id: Id::from_bytes([9; 16]),
        ..open(RequestKind::Access, Identity::Asserted, vec![])
    };
    assert_eq!(ordered(&world, &nobody, "*").status, 404);
    for body in [json!({}), json!({"executor": " "}), json!({"executor": "A", "wat": 1})] {
        let answer = call(&world, Method::POST, &url(&nobody), "\"x\"", &body);
        assert_eq!(answer.slug(), "invalid-fields");
    }
}

#[test]
fn what_an_old_root_hashed_goes_too() {
    let old = World::new();
    life(&old, EMAIL);
    open_request(
        &old,
        EMAIL,
        RequestKind::Access,
        RequestDoor::Form,
        Identity::Asserted,
        vec![RequestChange::Withdrawn],
    );
    let mut new = World::with(|name| match name {
        "root_secret" => Some("BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"),
        "previous_root_secrets" => Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        _ => None,
    });
    new.store = std::rc::Rc::clone(&old.store);
    new.now.set(old.now.get());
    let key = proven(&new, EMAIL, RequestKind::Erasure);
    erased(&new, &key);
    take_mails(&new);
    // The names of slots under an old root are known to nobody; they count, and expire within the day.
    assert!(new.keys("limit").is_empty() || traces(&new, &new.setup.keys, EMAIL).is_empty());
    assert_eq!(traces(&new, &new.setup.keys, EMAIL), Vec::<String>::new());
    assert!(new.keys("case").is_empty() && new.keys("request").is_empty());
    assert_eq!(new.keys("suppression").len(), 1);
}

#[test]
fn the_case_that_a_request_was_made_from_goes_with_it() {
    let world = World::new();
    let stranger = open_case(&world, None, true);
    let case = open_case(&world, None, true);
    let door = RequestDoor::Feedback(case.id);
    let key = open_request(&world, EMAIL, RequestKind::Erasure, door, Identity::Asserted, vec![]);
    erased(&world, &key);
    assert_eq!(world.keys("case"), [stranger.opening().to_string()]);
    assert_eq!((world.keys("file").len(), world.keys("head").len()), (1, 1));
    let open = open_case(&world, None, false);
    let door = RequestDoor::Feedback(open.id);
    let key = open_request(&world, EMAIL, RequestKind::Erasure, door, Identity::Asserted, vec![]);
    assert_eq!(erased(&world, &key).json()["act"]["stays"][0]["what"], "case");
    assert_eq!(world.keys("case").len(), 2);
}

#[test]
fn the_act_can_be_filed_and_checked() {
    let world = World::with(|name| match name {
        "controller_name" => Some("ООО «Пример»"),
        "controller_address" => Some("Москва, ул. Примерная, 1"),
        _ => None,
    });
    open_case(&world, Some(EMAIL), true);
    let key = proven(&world, EMAIL, RequestKind::Withdrawal);
    let reference =
        desk_core::reference::Reference::new(desk_core::reference::Series::Requests, key.id);
    let by_reference = format!("/console/api/requests/{reference}/erasure");
    let get = |target: &str| call(&world, Method::GET, target, "", &Value::Null);
    assert_eq!(get(&format!("{by_reference}/act")).status, 404);
    let tag = get(&by_reference).header("etag").to_owned();
    let body = json!({"executor": "Иванов И. И., администратор\nСидоров С. С., инженер", "reason": "=1+1 \"по заявлению\""});
    let done = call(&world, Method::POST, &by_reference, &tag, &body);
    assert_eq!(done.status, 200, "{done:?}");
    for target in [url(&key), by_reference.clone()] {
        let act = get(&format!("{target}/act"));
        assert_eq!(act.json(), done.json());
        assert_eq!(act.field("/act/reference"), reference.to_string());
        assert!(act.field("/act/executor").starts_with("Иванов"));
        assert!(act.field("/receipt_url").starts_with(&format!("{BASE}/requests/status/")));
        // What is gone is told of by its act.
        assert_eq!(get(&target).json(), done.json());
    }
    let page = get(&format!("{by_reference}/act?format=html&lang=ru"));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for said in [
        "Акт об уничтожении персональных данных",
        "ООО «Пример»",
        "Москва, ул. Примерная, 1",
        "Перечень категорий уничтоженных персональных данных",
        "Способ уничтожения персональных данных",
        "Причина уничтожения персональных данных",
        "Сидоров С. С., инженер",
        "Privacy Desk (OnCall 3.0)",
        &reference.to_string(),
        "lang=\"ru\"",
    ] {
        assert!(page.text().contains(said), "{said}");
    }
    let token = format!("Bearer {OPERATOR}");
    let headers =
        [("authorization", token.as_str()), ("accept", "text/html"), ("accept-language", "en")];
    let page = world.console(&request(Method::GET, &format!("{by_reference}/act"), &headers, ""));
    assert!(page.text().contains("Act of destruction of personal data"));
    let log = get(&format!("{by_reference}/log"));
    assert_eq!(log.field("/subject"), reference.to_string());
    assert_eq!(log.json()["categories"].as_array().unwrap().len(), 5);
    let csv = get(&format!("{by_reference}/log?format=csv"));
    assert!(csv.header("content-type").starts_with("text/csv"));
    let lines: Vec<&str> = csv.text().split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 6);
    assert!(lines[1].ends_with(",\"'=1+1 \"\"по заявлению\"\"\""), "{}", lines[1]);
    for wrong in ["act?format=csv", "log?format=html", "wat"] {
        assert!(get(&format!("{by_reference}/{wrong}")).status >= 404);
    }
    // The person's receipt names nobody, and is signed as well.
    let act = block_on(acts::find(&world.desk(), key.id)).unwrap().unwrap();
    let receipt: Value = serde_json::from_str(&acts::receipt(&world.setup, &act)).unwrap();
    assert!(!receipt.to_string().contains("Иванов") && !receipt.to_string().contains("заявлению"));
    let signed = world.setup.keys.verify(receipt["jws"].as_str().unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&signed).unwrap();
    assert_eq!(claims, receipt["receipt"]);
    assert_eq!((&claims["type"], &claims["issuer"]), (&json!("data-destroyed"), &json!(BASE)));
    // It says what the act says, and its link leads to nobody's request.
    for (name, value) in claims.as_object().unwrap() {
        assert_eq!(Some(value), done.json()["act"].get(name), "{name}");
    }
    let token = done.field("/receipt_url");
    let token = token.rsplit('/').next().unwrap();
    let bytes = world.setup.keys.redeem(desk_core::keys::Purpose::RequestLink, token).unwrap();
    let linked = RequestKey::from_bytes(bytes);
    assert_eq!((linked.id, linked.subject.to_bytes()), (key.id, [0; 16]));
    // It is kept for three years, and the entry of the log for two.
    world.later(2 * 365 * 86_400);
    assert_eq!(get(&format!("{by_reference}/act")).status, 200);
    assert!(block_on(requests_log::find(&world.desk(), key.id)).unwrap().is_some());
    world.later(366 * 86_400);
    assert_eq!(get(&format!("{by_reference}/act")).status, 404);
}

#[test]
fn every_look_is_recorded_and_only_operators_look() {
    let world = World::new();
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let token = format!("Bearer {APP}");
    for target in [url(&key), format!("{}/act", url(&key)), format!("{}/log", url(&key))] {
        for method in [Method::GET, Method::POST] {
            let headers = [("authorization", token.as_str())];
            assert_eq!(world.console(&request(method, &target, &headers, "{}")).status, 401);
        }
    }
    assert!(world.keys("audit").is_empty());
    erased(&world, &key);
    call(&world, Method::GET, &format!("{}/act", url(&key)), "", &Value::Null);
    let audit = call(&world, Method::GET, "/console/api/audit", "", &Value::Null).json();
    let mut actions: Vec<&str> = audit["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["action"].as_str().unwrap())
        .collect();
    actions.sort_unstable();
    assert_eq!(actions, ["erased", "erasure-read", "erasure-read"]);
    assert!(
        audit["records"]
            .as_array()
            .unwrap()
            .iter()
            .all(|record| { record["reference"].as_str().unwrap().starts_with("DR-") })
    );
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(call(&world, method, &url(&key), "", &Value::Null).status, 405);
    }
}
