use proptest::prelude::*;

use super::*;
use crate::keys::Subject;
use crate::time::Timestamp;

const OWN: RequestKey =
    RequestKey { id: Id::from_bytes([1; 16]), subject: Subject::from_bytes([2; 16]) };

fn id(of: u8) -> Id {
    Id::from_bytes([of; 16])
}

fn held(category: Category, key: String) -> HeldValue {
    HeldValue { category, key: StoreKey::new(key).unwrap() }
}

/// A person with the request, another one, and two cases.
fn inventory() -> Vec<HeldValue> {
    let moment = crate::id::Moment::new(Timestamp::EPOCH, crate::id::Seed::new([3; 32]));
    let package = crate::package::draw_id(&moment, id(5));
    vec![
        held(Category::Requests, OWN.opening().to_string()),
        held(Category::RequestMessages, format!("request-head:{}", OWN.id)),
        held(Category::RequestMessages, format!("request-event:{}:{}", OWN.id, id(7))),
        held(Category::Files, format!("file:{}:1:1", OWN.id)),
        held(Category::Files, format!("file:{}:1:2", OWN.id)),
        held(Category::Files, format!("file:{}:2:1", OWN.id)),
        held(Category::Cases, format!("case:{}:{}", id(3), OWN.subject)),
        held(Category::CaseMessages, format!("event:{}:{}", id(3), id(8))),
        held(Category::Cases, format!("case:{}:{}", id(4), OWN.subject)),
        held(Category::CaseMessages, format!("head:{}", id(4))),
        held(Category::Requests, format!("request:{}:{}", id(5), OWN.subject)),
        held(Category::Packages, format!("package:{package}:1")),
        held(Category::Packages, format!("package-lock:{package}")),
        held(Category::Mails, format!("outbox:{}", id(6))),
        held(Category::Mails, format!("try:{}", id(6))),
    ]
}

#[test]
fn the_lock_goes_first_and_the_request_itself_last() {
    let plan = Plan::new(&OWN, inventory(), &[], 0);
    let keys: Vec<&str> = plan.goes().iter().map(|held| held.key.as_str()).collect();
    assert_eq!(keys.len(), inventory().len());
    assert!(keys[0].starts_with("package-lock:") && keys[1].starts_with("package:"));
    assert_eq!(keys.last(), Some(&OWN.opening().as_str()));
    let areas: Vec<&str> = keys.iter().map(|key| key.split(':').next().unwrap()).collect();
    let first_opening = areas.iter().position(|area| ["case", "request"].contains(area));
    assert!(areas.iter().skip(first_opening.unwrap()).all(|a| ["case", "request"].contains(a)));
    assert_eq!(plan.stays(), [Stay::Act, Stay::Log, Stay::Audit, Stay::Notice]);
    let counts = plan.destroyed().into_iter().map(|of| (of.category, of.count, of.values));
    let expected = [
        (Category::Packages, 1, 2),
        (Category::Mails, 1, 2),
        (Category::Files, 2, 3),
        // The views of events count as no message.
        (Category::CaseMessages, 1, 2),
        (Category::RequestMessages, 1, 2),
        (Category::Cases, 2, 2),
        (Category::Requests, 2, 2),
    ];
    assert_eq!(counts.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_open_stays_whole() {
    let open = [Stay::Case(id(3)), Stay::Request(id(5)), Stay::Request(OWN.id)];
    let plan = Plan::new(&OWN, inventory(), &open, 3);
    for id in [id(3), id(5)] {
        let id = id.to_string();
        assert!(plan.goes().iter().all(|held| !held.key.parts().any(|part| part == id)));
    }
    assert!(plan.goes().iter().all(|held| held.category != Category::Packages));
    assert_eq!(plan.goes().last().unwrap().key, OWN.opening());
    // The request itself is never open for its own erasure.
    let stays = &plan.stays()[..3];
    assert_eq!(stays, [Stay::Case(id(3)), Stay::Request(id(5)), Stay::OptOuts(3)]);
    assert_eq!(stays[0].reference().unwrap().to_string().get(..2), Some("FB"));
    assert_eq!(stays[1].reference().unwrap().to_string().get(..2), Some("DR"));
}

proptest! {
    #[test]
    fn the_plan_does_not_depend_on_the_order_and_loses_nothing(
        held in Just(inventory()).prop_shuffle(),
        open in prop::collection::vec(1_u8..7, 0..4),
        twice in any::<bool>(),
    ) {
        let open: Vec<Stay> = open.into_iter().map(|of| Stay::Case(id(of))).collect();
        let first = Plan::new(&OWN, inventory(), &open, 1);
        let mut held = held;
        if twice {
            held.extend(inventory());
        }
        let plan = Plan::new(&OWN, held, &open, 1);
        prop_assert_eq!(&plan, &first);
        prop_assert_eq!(plan.to_bytes(), first.to_bytes());
        let values: u32 = plan.destroyed().iter().map(|of| of.values).sum();
        prop_assert_eq!(values as usize, plan.goes().len());
        prop_assert_ne!(plan.to_bytes(), Plan::new(&OWN, inventory(), &open, 2).to_bytes());
        let fewer: Vec<HeldValue> = inventory().into_iter().skip(1).collect();
        prop_assert_ne!(plan.to_bytes(), Plan::new(&OWN, fewer, &open, 1).to_bytes());
    }
}
