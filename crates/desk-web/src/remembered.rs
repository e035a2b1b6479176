//! What an instance remembers of what it rendered, for as long as the configuration holds that it was rendered with.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// One thing of each type. A function asks for those of its own pages, and carries no more than these.
#[derive(Default)]
pub struct Remembered(RefCell<Vec<Rc<dyn Any>>>);

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered(…)")
    }
}

impl Remembered {
    /// What is remembered of a type; its default, where that is nothing yet.
    pub(crate) fn of<T: Default + 'static>(&self) -> Rc<T> {
        let known = self.0.borrow().iter().find_map(|known| Rc::clone(known).downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let new = Rc::new(T::default());
            self.0.borrow_mut().push(Rc::<T>::clone(&new));
            new
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn there_is_one_of_each_type() {
        let remembered = Remembered::default();
        remembered.of::<Cell<u8>>().set(1);
        remembered.of::<Cell<i8>>().set(-2);
        assert_eq!((remembered.of::<Cell<u8>>().get(), remembered.of::<Cell<i8>>().get()), (1, -2));
        assert!(Rc::ptr_eq(&remembered.of::<Cell<u8>>(), &remembered.of::<Cell<u8>>()));
    }
}
