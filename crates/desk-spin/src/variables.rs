//! The configuration, from Spin variables, kept for a while: reading and parsing it on every request would be waste.

use std::cell::RefCell;
use std::rc::Rc;

use desk_core::time::Timestamp;
use desk_web::Setup;
use desk_web::setup::{Granted, InvalidSetup};

/// Spin's own interface, called so that each call returns with its value. The SDK's way takes 3 KB of a component, and lets
/// other requests of a new instance in meanwhile, each of which would read everything as well.
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
    static KEPT_SETUP: RefCell<Option<(Timestamp, Rc<Setup>)>> = const { RefCell::new(None) };
}

/// Gives the configuration, of which the component may read what is granted.
pub(crate) fn setup(now: Timestamp, granted: Granted) -> Result<Rc<Setup>, InvalidSetup> {
    let kept = KEPT_SETUP.with_borrow(|kept| {
        kept.as_ref()
            .filter(|(at, _)| (0..KEPT).contains(&now.seconds_since(*at)))
            .map(|(_, setup)| setup.clone())
    });
    if let Some(setup) = kept {
        return Ok(setup);
    }
    let mut found = Vec::new();
    for name in granted.names() {
        match variables::get(name) {
            Ok(value) => found.push((name, value)),
            // The manifest that it is deployed with does not grant it.
            Err(Error::Undefined(_)) => {}
            // The error's own `Display` is that of `Debug`, whose quoting of texts takes 4 KB of a component.
            Err(Error::InvalidName(reason) | Error::Provider(reason) | Error::Other(reason)) => {
                return Err(InvalidSetup { variable: name, reason });
            }
        }
    }
    let setup = Setup::new(|asked| {
        found.iter().find(|(name, _)| *name == asked).map(|(_, value)| value.clone())
    })?;
    let setup = Rc::new(setup);
    KEPT_SETUP.with_borrow_mut(|kept| *kept = Some((now, setup.clone())));
    Ok(setup)
}
