fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(format!("{dir}/manifest.tsv")).unwrap();
    let (mut ok, mut all, mut line_ok, mut line_all) = (0, 0, 0, 0);
    for row in text.lines().skip(1) {
        let c: Vec<&str> = row.split('\t').collect();
        let bytes = std::fs::read(format!("{dir}/{}", c[0])).unwrap();
        let found =
            feedmill::check::check(&bytes, feedmill::check::Options { file: c[0], ..Default::default() });
        let first = found.iter().find(|d| d.severity == feedmill::diag::Severity::Error);
        all += 1;
        let good = first.is_some() == (c[7] == "invalid");
        if good {
            ok += 1;
        }
        let codes: Vec<_> = found
            .iter()
            .filter(|d| d.severity == feedmill::diag::Severity::Error)
            .map(|d| format!("{}@{}", d.meta.code, d.place.line))
            .collect();
        if !good {
            println!("V {} want {} [{}] got {}", c[0], c[7], c[9], codes.join(" "));
        } else if let (Some(f), Ok(l)) = (first, c[8].parse::<u32>()) {
            line_all += 1;
            if f.place.line == l {
                line_ok += 1;
            } else {
                println!("L {} want {l} [{}] got {}", c[0], c[9], codes.join(" "));
            }
        }
    }
    println!("verdict {ok}/{all} line {line_ok}/{line_all}");
}
