//! The fuzz target `request`; without a fuzzer it runs over the files that are named to it.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| desk_fuzz::request(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    desk_fuzz::replay::main("request", desk_fuzz::request)
}
