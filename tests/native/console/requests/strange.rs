//! Whatever is sent, and whatever happened.

use super::*;

proptest! {
    #[test]
    fn strange_requests_are_never_our_fault(
        path in "(/log|/metrics|/ID(/[a-z]{1,8})?)?(/[ -~]{0,9}){0,2}", query in "[ -~]{0,40}", body in "[ -~]{0,40}",
    ) {
        let world = World::requests();
        let filed = world.asserted();
        let path = path.replace("ID", &filed.key.id.to_string());
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            let target = format!("{REQUESTS}{path}?{query}");
            let answer = world.console(&operator(method, &target, &[("if-match", "*")], &body));
            prop_assert!(answer.status < 500, "{:?}", answer);
        }
    }

    #[test]
    fn whatever_happened_is_shown_as_it_is_logged(acts in proptest::collection::vec(0_usize..8, 0..12)) {
        let world = World::requests();
        let filed = world.unproven();
        for number in acts {
            world.later(3600);
            let all = [
                ("take", json!({})),
                ("identity", json!({"reason": "r"})),
                ("messages", text("m")),
                ("clarification", text("c")),
                ("extension", json!({"reason": "e"})),
                ("answer", text("a")),
                ("refusal", json!({"ground": "excessive", "text": "r"})),
            ];
            match all.get(number) {
                Some((name, body)) => {
                    let answer = world.console(&act(&filed, name, body.clone()));
                    prop_assert!(matches!(answer.status, 200 | 201 | 409), "{:?}", answer);
                }
                None => world.happens(&filed, RequestChange::PersonWrote(Text::new("p").unwrap())),
            }
        }
        let case = world.kept(&filed);
        let shown = world.show(&filed);
        let state = case.state(world.now.get());
        prop_assert_eq!(&shown["state"], state.name());
        // Whatever was said to the person was said by mail too.
        let is_told = |event: &Event<RequestChange>| matches!(
            event.change,
            RequestChange::OperatorWrote(_) | RequestChange::ClarificationAsked(_) | RequestChange::Extended { .. } | RequestChange::Answered { .. } | RequestChange::Refused { .. }
        );
        let told = case.head.events().iter().filter(|event| is_told(event)).count();
        prop_assert_eq!(world.mails().len(), told);
        prop_assert_eq!(world.keys("request-log").len(), usize::from(state.ended().is_some()));
    }
}
