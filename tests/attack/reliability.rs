//! Compares the table of attacks in docs/reliability.md with the attacks that the tests try.

/// Asserts that the table has a row for an attack: its name, how it is made (if `how` is not empty), how many variants are
/// tried at least, and that nothing was lost.
pub(crate) fn assert_attack_row(name: &str, how: &str, tried: usize) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reliability.md");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let start = format!("| {name} | {how}");
    let row = text.lines().find(|line| line.starts_with(&start));
    let row = row.unwrap_or_else(|| panic!("docs/reliability.md has no row that starts with\n{start}"));
    let promised = row.strip_suffix(" | nothing |").and_then(|row| row.rsplit(" | ").next()?.parse().ok());
    assert!(
        promised.is_some_and(|promised: usize| promised <= tried),
        "{tried} were tried, the row is\n{row}"
    );
    println!("{name}: {tried}");
}
