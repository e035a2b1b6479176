//! Why a host did not start.

use std::{fmt, net::SocketAddr, path::PathBuf};

use crate::{manifest::ManifestError, variables::VariableError};

/// Why a host did not start, each as one sentence.
#[derive(Debug)]
pub enum HostError {
    /// The manifest cannot be used.
    Manifest(ManifestError),
    /// A variable has no value.
    Variable(VariableError),
    /// A component opens a store that nothing is configured for.
    UnknownStore {
        /// The component.
        component: String,
        /// The label.
        label: String,
    },
    /// The storage cannot be used.
    Store(String),
    /// The wasm file of a component is not there.
    MissingWasm {
        /// The component.
        component: String,
        /// Where it should be.
        path: PathBuf,
    },
    /// The wasm file of a component is not one that this host can run.
    Component {
        /// The component.
        component: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An entry of `allowed_outbound_hosts` that came out wrong once its variables had values.
    OutboundHost(String),
    /// Somebody else listens at the address already.
    AddressInUse(SocketAddr),
    /// The address cannot be listened at.
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: String,
    },
    /// The system gives no threads.
    Runtime(String),
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest(error) => error.fmt(f),
            Self::Variable(error) => error.fmt(f),
            Self::UnknownStore { component, label } => write!(
                f,
                "the component `{component}` uses the key-value store `{label}`, and only \
                 `default` exists without a runtime config that defines it"
            ),
            Self::Store(reason) | Self::OutboundHost(reason) => f.write_str(reason),
            Self::MissingWasm { component, path } => write!(
                f,
                "the component `{component}` is not built: {} does not exist",
                path.display()
            ),
            Self::Component { component, path, reason } => {
                write!(
                    f,
                    "the component `{component}` ({}) cannot be run: {reason}",
                    path.display()
                )
            }
            Self::AddressInUse(address) => write!(f, "{address} is already in use"),
            Self::Listen { address, reason } => write!(f, "cannot listen at {address}: {reason}"),
            Self::Runtime(reason) => write!(f, "no threads to serve with: {reason}"),
        }
    }
}

impl std::error::Error for HostError {}

impl From<ManifestError> for HostError {
    fn from(error: ManifestError) -> Self {
        Self::Manifest(error)
    }
}

impl From<VariableError> for HostError {
    fn from(error: VariableError) -> Self {
        Self::Variable(error)
    }
}
