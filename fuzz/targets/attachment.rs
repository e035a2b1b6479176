//! The fuzz target `attachment`; without a fuzzer it runs over the files that are named to it.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| desk_fuzz::attachment(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    desk_fuzz::replay::main("attachment", desk_fuzz::attachment)
}
