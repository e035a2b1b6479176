//! The configuration, from Spin variables, kept for a while: reading and parsing it on every request would be waste.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

use desk_core::time::Timestamp;
use desk_core::variables::InvalidVariable;
use desk_web::Setup;
use desk_web::site::Site;

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

/// A configuration, and when it was read.
type Kept<T> = RefCell<Option<(Timestamp, Rc<T>)>>;

/// What a function is configured with.
pub trait Configuration: Sized + 'static {
    /// Where an instance keeps it.
    fn kept() -> &'static LocalKey<Kept<Self>>;

    /// Parses the variables.
    fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidVariable>;
}

thread_local! {
    static SETUP: Kept<Setup> = const { RefCell::new(None) };
    static SITE: Kept<Site> = const { RefCell::new(None) };
}

impl Configuration for Setup {
    fn kept() -> &'static LocalKey<Kept<Self>> {
        &SETUP
    }

    fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidVariable> {
        Self::new(variable)
    }
}

impl Configuration for Site {
    fn kept() -> &'static LocalKey<Kept<Self>> {
        &SITE
    }

    fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidVariable> {
        Self::new(variable)
    }
}

/// Gives the configuration. A variable that the manifest does not grant is as if it were not set.
pub(crate) fn configuration<C: Configuration>(now: Timestamp) -> Result<Rc<C>, InvalidVariable> {
    let kept = C::kept().with_borrow(|kept| {
        let is_fresh = |(at, _): &&(Timestamp, _)| (0..KEPT).contains(&now.seconds_since(*at));
        kept.as_ref().filter(is_fresh).map(|(_, configuration)| Rc::clone(configuration))
    });
    if let Some(configuration) = kept {
        return Ok(configuration);
    }
    let failed = RefCell::new(None);
    let configuration = C::read(|name| match variables::get(name) {
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
    C::kept().set(Some((now, Rc::clone(&configuration))));
    Ok(configuration)
}
