//! The `feedmill` command.

fn main() -> std::process::ExitCode {
    feedmill::command::run(std::env::args_os())
}
