//! The fuzz target `token`; without a fuzzer it runs over the files that are named to it.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| desk_fuzz::token(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    desk_fuzz::replay::main("token", desk_fuzz::token)
}
