//! Order, for the handful of things that the desk keeps together and for all keys of a store, without much code.
//!
//! The standard library's sorts are made for thousands of items, and bring 3 KB for every type they are used with. For a
//! history of versions this is as fast.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Sorts a few items, keeping the order of equal ones. Its time grows with the square of their number.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    for end in 1..items.len() {
        let mut at = end;
        while let Some([before, after]) =
            at.checked_sub(1).and_then(|from| items.get_mut(from..=at))
        {
            if compare(before, after).is_le() {
                break;
            }
            std::mem::swap(before, after);
            at -= 1;
        }
    }
}

/// Puts many items in order, by a heap: as fast as it must be for all keys of a store, and without what the standard
/// library's sorts bring along.
pub fn ordered<T: Ord>(items: Vec<T>) -> Vec<T> {
    BinaryHeap::from(items).into_sorted_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(items: Vec<(u8, u32)>) {
            let (mut ours, mut theirs) = (items.clone(), items);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn orders_as_the_standard_library_does(items: Vec<String>) {
            let mut theirs = items.clone();
            theirs.sort();
            prop_assert_eq!(ordered(items), theirs);
        }
    }
}
