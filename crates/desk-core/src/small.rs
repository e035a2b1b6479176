//! Order for the handful of things that the desk keeps together.
//!
//! The standard library's sorts are made for thousands of items, and bring 3 KB for every type they are used with. For a
//! history of versions this is as fast.

use std::cmp::Ordering;

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
    }
}
