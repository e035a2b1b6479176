//! The configuration, from Spin variables, kept for a while: reading and parsing it on every request would be waste.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use desk_core::time::Timestamp;
use desk_core::variables::InvalidVariable;

/// Spin's own interface, called so that each call returns with its value: the SDK's way lets other requests of a new instance
/// in meanwhile, each of which would read everything as well.
mod bindings {
    spin_sdk::wit_bindgen::generate!({
        inline: "package privacy-desk:variables; world variables { import spin:variables/variables@3.0.0; }",
        path: "../../wit/deps/spin-variables.wit",
        runtime_path: "spin_sdk::wit_bindgen::rt",
        async: ["-import:spin:variables/variables@3.0.0#get"],
        generate_all,
    });
}

use bindings::spin::variables::variables::{self, Error};

/// For how many seconds an instance keeps its configuration, and so how long a rotated secret takes to reach it.
const KEPT: i64 = 30;

thread_local! {
    /// The configuration, whatever type this function has for it, and when it was read.
    static CONFIGURATION: RefCell<Option<(Timestamp, Rc<dyn Any>)>> = const { RefCell::new(None) };
}

/// Gives the configuration. A variable that the manifest does not grant is as if it were not set.
///
/// # Errors
/// What `parse` finds wrong, or the variable that could not be read.
pub(crate) fn configuration<C: 'static>(
    now: Timestamp,
    parse: impl FnOnce(&dyn Fn(&'static str) -> Option<String>) -> Result<C, InvalidVariable>,
) -> Result<Rc<C>, InvalidVariable> {
    if let Some(kept) = if_recent(now) {
        return Ok(kept);
    }
    let failed = RefCell::new(None);
    let configuration = parse(&|name| match variables::get(name) {
        Ok(value) => Some(value),
        Err(Error::Undefined(_)) => None,
        Err(Error::InvalidName(reason) | Error::Provider(reason) | Error::Other(reason)) => {
            failed.replace(Some(InvalidVariable::new(name, reason)));
            None
        }
    });
    // A variable that could not be read must not be taken for one that is not set.
    if let Some(failed) = failed.into_inner() {
        return Err(failed);
    }
    let configuration = Rc::new(configuration?);
    CONFIGURATION.set(Some((now, Rc::<C>::clone(&configuration))));
    Ok(configuration)
}

/// The configuration that was read a moment ago.
fn if_recent<C: 'static>(now: Timestamp) -> Option<Rc<C>> {
    CONFIGURATION.with_borrow(|kept| {
        let (at, configuration) = kept.as_ref()?;
        let is_fresh = (0..KEPT).contains(&now.seconds_since(*at));
        if is_fresh { Rc::clone(configuration).downcast().ok() } else { None }
    })
}
