//! The command: parse, call, exit.

fn main() -> std::process::ExitCode {
    feedmill::command::run(std::env::args_os())
}
