//! What docs/reliability.md says of an attack is what was tried here.

/// Looks for the row of an attack: its name, how it is made where that is said here, how many were tried, and what was
/// lost, which is nothing.
pub(crate) fn row(name: &str, how: &str, tried: usize) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reliability.md");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let start = format!("| {name} | {how}");
    let end = format!("| {tried} | nothing |");
    let row = text.lines().find(|line| line.starts_with(&start));
    assert!(
        row.is_some_and(|row| row.ends_with(&end)),
        "docs/reliability.md lacks this row:\n{start} {end}\nit has {row:?}"
    );
}
