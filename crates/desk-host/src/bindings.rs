//! The interfaces of `wit/`, as the engine's macro turns them into traits.

wasmtime::component::bindgen!({
    path: "wit",
    world: "desk:host/host",
    // The synchronous interface suspends the instance while the store works, as Spin does it.
    imports: { default: async | trappable },
    with: {
        "spin:key-value/key-value.store": crate::key_value::OpenStore,
        "wasi:keyvalue/store.bucket": crate::key_value::OpenStore,
    },
    trappable_error_type: {
        "spin:key-value/key-value.error" => spin::key_value::key_value::Error,
        "spin:variables/variables.error" => spin::variables::variables::Error,
        "wasi:keyvalue/store.error" => wasi::keyvalue::store::Error,
    },
});
