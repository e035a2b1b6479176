//! What the person sees of it.

use super::*;

#[test]
fn the_page_tells_how_it_went() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    let shown = || world.data_requests(&page(&status)).text().to_owned();
    happen(&world, &status, RequestChange::Taken);
    assert!(shown().contains("aria-current=\"step\">Being worked on"));
    happen(&world, &status, RequestChange::ClarificationAsked(text("Which <app>?")));
    assert!(
        shown().contains("We need to know something from you")
            && shown().contains("Which &lt;app&gt;?")
    );
    let answered = world.data_requests(&post(
        &format!("{status}/messages"),
        &json!({"message": "This one."}),
        &[],
    ));
    assert_eq!(answered.field("/state"), "in_progress");
    let notice = world.desk().moment.id();
    happen(
        &world,
        &status,
        RequestChange::Extended { reason: text("There is very much."), notice },
    );
    assert!(shown().contains("The term was extended") && shown().contains("There is very much."));
    let seen =
        world.data_requests(&request(Method::GET, &status, &[("accept", "application/json")], ""));
    assert_eq!(seen.field("/due/last_day"), "2027-02-22");
    happen(
        &world,
        &status,
        RequestChange::Refused { ground: RefusalGround::Excessive, text: text("No.") },
    );
    assert!(shown().contains("Refused") && shown().contains("repeats an earlier one too soon"));
    assert!(!shown().contains("Withdraw this request"));
    let late = proven(&world, &body("access"));
    world.later(40 * 86_400);
    assert!(world.data_requests(&page(&late)).text().contains("This date has passed"));
}

#[test]
fn the_due_date_is_explained_in_the_language_that_is_asked_for() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    let json = ("accept", "application/json");
    for (target, headers, lang, says) in [
        (status.clone(), &[json][..], "en", "Received on"),
        (status.clone(), &[json, ("accept-language", "ru")], "ru", "Поступило"),
        (format!("{status}?lang=ru"), &[json, ("accept-language", "en")], "ru", "Поступило"),
        (format!("{status}/request.json?lang=ru"), &[], "ru", "Поступило"),
        (format!("{status}/request.json"), &[("accept-language", "de")], "en", "Received on"),
    ] {
        let seen = world.data_requests(&request(Method::GET, &target, headers, ""));
        let step = seen.field("/due/steps/0/text");
        assert!(step.starts_with(says), "{target}: {step}");
        assert_eq!(
            (seen.header("content-language"), seen.field("/language")),
            (lang, "en".to_owned())
        );
    }
}

#[test]
fn the_persons_json_is_the_one_that_is_described() {
    let all: Value =
        serde_json::from_str(include_str!("../../../functions/site/openapi.json")).unwrap();
    let schemas = &all["components"]["schemas"];
    let world = World::new();
    let mut sent = body("access");
    sent["behalf"] = json!("representative");
    sent["attachments"] = json!([{"data": "cHJvb2Y="}]);
    let status = proven(&world, &sent);
    let look = || {
        let json = ("accept", "application/json");
        let mut seen = world.data_requests(&request(Method::GET, &status, &[json], "")).json();
        // Of two schemas that hold at once each has a part.
        let (mut due, left) = (seen["due"].take(), &schemas["PersonsRequest"]["properties"]["due"]);
        let mut of_left = serde_json::Map::new();
        for name in left["allOf"][1]["properties"].as_object().unwrap().keys() {
            of_left.insert(name.clone(), due.as_object_mut().unwrap().remove(name).unwrap());
        }
        fits(&all, &left["allOf"][1], &Value::Object(of_left), "due");
        // What a step has beside its name and sentence is its own.
        for step in due["steps"].as_array_mut().unwrap() {
            let step = step.as_object_mut().unwrap();
            step.retain(|name, _| matches!(name.as_str(), "step" | "text"));
        }
        fits(&all, &left["allOf"][0], &due, "due");
        seen.as_object_mut().unwrap().remove("due");
        fits(&all, &schemas["PersonsRequest"], &seen, "");
        seen
    };
    look();
    happen(&world, &status, RequestChange::ClarificationAsked(text("Which?")));
    assert!(look()["asked_at"].is_string());
    let notice = world.desk().moment.id();
    happen(&world, &status, RequestChange::Extended { reason: text("There is much."), notice });
    let (key, desk) = (key(&world, &status), world.desk());
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    let mut keys: Vec<String> = world.store.dump().into_keys().collect();
    keys.sort_unstable();
    let (built, _) = block_on(desk_app::packages::build(&desk, &keys, &key, &case)).unwrap();
    happen(&world, &status, RequestChange::Packaged(built));
    assert!(look()["package"].is_object());
    happen(
        &world,
        &status,
        RequestChange::Refused { ground: RefusalGround::Excessive, text: text("No.") },
    );
    assert_eq!(look()["ground"], "excessive");
}
