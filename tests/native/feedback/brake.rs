//! What is suspicious, what is counted, and what survives a refusal.

use super::*;

#[test]
fn forms_that_are_too_old_or_not_ours_come_back_filled_in() {
    let world = World::desk_with_policy();
    let token = world.token();
    let status = world.filed(&complaint());
    let foreign = status.rsplit('/').next().unwrap().to_owned();
    let mut forged = token.clone();
    forged.replace_range(30..31, if &token[30..31] == "A" { "B" } else { "A" });
    let before = world.keys("case").len();
    world.later(24 * 3600);
    for token in [&token, &foreign, &forged, ""] {
        let answer = world.feedback(&filled(token, MESSAGE, EMAIL));
        assert_eq!(answer.status, 422, "{token}");
        let text = answer.text();
        for kept in [
            MESSAGE,
            NAME,
            EMAIL,
            "id=\"errors\"",
            "value=\"complaint\" required aria-describedby=\"kind-complaint-hint\" checked",
        ] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert_eq!(world.keys("case").len(), before);
        // It can be sent at once, and nobody is suspected for that.
        let fresh = hidden(&answer, "token");
        let message = format!("Sent again after {token:?}.");
        let status = ticket(&world.feedback(&filled(&fresh, &message, EMAIL)));
        assert_eq!(world.suspicions(&status), Vec::<&str>::new());
        world.store.take(world.key(&status).opening().as_str());
    }
    // A program is told so.
    let headers =
        [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
    let answer = world.feedback(&request(
        Method::POST,
        "/feedback",
        &headers,
        "token=x&kind=question&message=a",
    ));
    assert_eq!((answer.status, answer.slug()), (422, "form-expired".to_owned()));
}

#[test]
fn suspicious_ones_are_answered_like_all_others() {
    let world = World::desk_with_policy();
    let plain = world.filed(&complaint());
    let strip = |answer: &Answer, status: &str| {
        let reference = world.case(status)["reference"].as_str().unwrap().to_owned();
        let groups = reference.split_inclusive('-').map(|group| format!("<span>{group}</span>"));
        let text = answer.text().replace(status, "").replace(&groups.collect::<String>(), "");
        text.replace(&reference, "")
    };
    let links = "http://a.example http://b.example http://c.example http://d.example";
    let fast = hidden(&world.feedback(&page("/feedback")), "token");
    let fast = ticket(&world.feedback(&filled(&fast, MESSAGE, EMAIL)));
    assert_eq!(world.suspicions(&fast), ["too-fast"]);
    let token = world.token();
    let fields =
        [("token", &*token), ("kind", "complaint"), ("message", MESSAGE), ("subject_line", "x")];
    let honey = ticket(&world.feedback(&form("/feedback", &fields)));
    assert_eq!(world.suspicions(&honey), ["honeypot"]);
    let mut many = complaint();
    many["message"] = links.into();
    let many = world.filed(&many);
    assert_eq!(world.suspicions(&many), ["many-links"]);
    assert_eq!(world.suspicions(&plain), Vec::<&str>::new());
    let token = world.token();
    let form = ticket(&world.feedback(&filled(&token, MESSAGE, EMAIL)));
    // A page of one that was suspected and one that was not, received at one moment: nothing differs.
    let token = world.token();
    let at_once = hidden(&world.feedback(&page("/feedback")), "token");
    let calm = ticket(&world.feedback(&filled(&token, MESSAGE, EMAIL)));
    let hasty = ticket(&world.feedback(&filled(&at_once, MESSAGE, EMAIL)));
    assert_eq!((world.suspicions(&form).len(), world.suspicions(&hasty).len()), (0, 1));
    for below in ["/received", "/case.json"] {
        let [calm, hasty] = [&calm, &hasty]
            .map(|status| strip(&world.feedback(&page(&format!("{status}{below}"))), status));
        assert_eq!(calm, hasty);
    }
}

// The configuration.

#[test]
fn nobody_is_given_a_form_that_cannot_be_sent() {
    for (name, value) in [("feedback_limits", "many"), ("retention_days", "3y")] {
        let world = World::with(move |asked| (asked == name).then_some(value));
        for request in [page("/feedback"), page("/feedback?kind=question"), form("/feedback", &[])]
        {
            let answer = world.feedback(&request);
            assert_eq!(answer.status, 500, "{name} {request:?}");
            assert!(answer.log.as_ref().is_some_and(|text| text.contains(name)), "{answer:?}");
        }
    }
}

// The brake.

#[test]
fn only_accepted_writes_are_counted() {
    let world = World::with(|name| (name == "feedback_limits").then_some("4;w=60"));
    let left = |answer: &Answer| answer.header("ratelimit").to_owned();
    let first = world.feedback(&keyed(&complaint(), "key-0001"));
    assert_eq!(left(&first), "\"60s\";r=3;t=60");
    // What was refused, what was read, and what was sent again.
    let status = path(&first.field("/status_url"));
    let messages = format!("{status}/messages");
    for _ in 0..5 {
        assert_eq!(world.feedback(&send("/feedback", &json!({}), &[])).status, 422);
        assert_eq!(world.feedback(&page(&status)).status, 200);
        let again = world.feedback(&keyed(&complaint(), "key-0001"));
        assert_eq!((again.status, left(&again)), (201, "\"60s\";r=3;t=60".to_owned()));
        assert_eq!(world.feedback(&send(&messages, &json!({"message": ""}), &[])).status, 422);
    }
    let once = [("idempotency-key", "message-1")];
    let message = send(&messages, &json!({"message": "More."}), &once);
    assert_eq!(left(&world.feedback(&message)), "\"60s\";r=2;t=60");
    assert_eq!(left(&world.feedback(&message)), "\"60s\";r=2;t=60");
    let withdraw = form(&format!("{status}/withdraw"), &[]);
    assert_eq!(left(&world.feedback(&withdraw)), "\"60s\";r=1;t=60");
    assert_eq!(left(&world.feedback(&withdraw)), "\"60s\";r=1;t=60");
    assert_eq!(left(&world.feedback(&filing())), "\"60s\";r=0;t=60");
    // Nothing more, but what was accepted is still answered.
    let refused = world.feedback(&filing());
    assert_eq!((refused.status, refused.slug()), (429, "too-many-requests".to_owned()));
    assert_eq!((refused.header("retry-after"), &*left(&refused)), ("60", "\"60s\";r=0;t=60"));
    assert_eq!(refused.header("ratelimit-policy"), "\"60s\";q=4;w=60");
    assert_eq!(world.feedback(&keyed(&complaint(), "key-0001")).status, 201);
    assert_eq!(world.feedback(&message).status, 201);
    assert_eq!(world.feedback(&withdraw).status, 303);
    // Another client is not concerned, and a client cannot say that it is another.
    let body = complaint().to_string();
    for (addresses, status) in [
        (vec![("spin-client-addr", "198.51.100.9:1")], 201),
        (vec![("spin-client-addr", "192.0.2.1:1"), ("spin-client-addr", CLIENT)], 429),
        (vec![("spin-client-addr", "192.0.2.1, 203.0.113.7")], 429),
    ] {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        for (name, value) in addresses {
            headers.append(name, value.parse().unwrap());
        }
        let body = Body::Whole(body.clone().into());
        let answer = world.feedback(&Request::new(Method::POST, "/feedback", headers, body));
        assert_eq!(answer.status, status);
    }
    world.later(60);
    assert_eq!(world.feedback(&filing()).status, 201);
}

#[test]
fn what_a_person_wrote_survives_the_brake_and_a_store_that_fails() {
    let world = World::with(|name| (name == "feedback_limits").then_some("1;w=60"));
    let status = world.filed(&complaint());
    let token = world.token();
    let written = "My text, <kept> & whole.";
    let filing = filled(&token, written, EMAIL);
    let message =
        form(&format!("{status}/messages"), &[("once", "tap-0001"), ("message", written)]);
    for (request, escaped) in [(&filing, EMAIL), (&message, "tap-0001")] {
        let answer = world.feedback(request);
        assert_eq!((answer.status, answer.header("retry-after")), (429, "30"));
        assert!(answer.header("ratelimit").contains("r=0"));
        for kept in
            ["My text, &lt;kept&gt; &amp; whole.", escaped, "id=\"errors\"", "<title>Error: "]
        {
            assert!(answer.text().contains(kept), "{kept} in {}", answer.text());
        }
    }
    world.later(60);
    world.store.reset_calls();
    world.store.fail_from(Some(1));
    let answer = world.feedback(&filing);
    world.store.fail_from(None);
    assert_eq!((answer.status, answer.header("retry-after")), (503, "10"));
    assert!(answer.log.is_some() && answer.text().contains("My text, &lt;kept&gt; &amp; whole."));
    assert_eq!(hidden(&answer, "token"), token);
    let first = ticket(&world.feedback(&filled(&hidden(&answer, "token"), written, EMAIL)));
    assert_eq!(texts(&world.case(&first)), [written]);
}
