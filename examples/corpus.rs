//! Generates a corpus of invented seeds for benchmarks and experiments. The same arguments give the same corpus.
//!
//! ```text
//! cargo run --release --example corpus -- OUT --count 100000 --seed 1 --sections 8 --languages en,de,zh --body rich
//! ```

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Maximum number of files in a folder.
const IN_FOLDER: u64 = 1000;
/// 2015-01-01 and 2025-01-01, in Unix milliseconds.
const SPAN: (i64, i64) = (1_420_070_400_000, 1_735_689_600_000);

#[derive(Parser)]
struct Args {
    /// Output folder
    out: PathBuf,
    /// Number of seeds
    #[arg(long, default_value_t = 1000)]
    count: u64,
    /// Seed of the random generator
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of sections
    #[arg(long, default_value_t = 5)]
    sections: u64,
    /// Languages: en, de, zh
    #[arg(long, value_delimiter = ',', default_value = "en,de,zh")]
    languages: Vec<String>,
    /// Kind of bodies
    #[arg(long, value_enum, default_value = "rich")]
    body: Body,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Body {
    /// A few paragraphs
    Plain,
    /// As on news sites: lazy images, share buttons, frames, audio
    Rich,
}

/// The splitmix64 generator.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

const ENGLISH: &[&str] = &[
    "harbour", "council", "morning", "bridge", "library", "opens", "after", "the", "winter", "garden",
    "station", "quiet", "letter", "river", "market", "school", "between", "seven", "paper", "light", "with",
    "old", "and",
];
const GERMAN: &[&str] = &[
    "Hafen",
    "Brücke",
    "heute",
    "öffnet",
    "nach",
    "der",
    "Garten",
    "Bücherei",
    "Straße",
    "über",
    "Winter",
    "leise",
    "zwischen",
    "Markt",
    "Schule",
    "und",
    "alte",
    "Fluss",
    "Zeitung",
    "Licht",
    "mit",
    "sieben",
    "Rathaus",
];
const CHINESE: &[&str] = &[
    "港口",
    "议会",
    "今天",
    "桥梁",
    "图书馆",
    "开放",
    "冬天",
    "花园",
    "车站",
    "安静",
    "信件",
    "河流",
    "市场",
    "学校",
    "计划",
    "居民",
    "表示",
    "清晨",
    "附近",
    "灯笼",
    "的",
    "和",
    "将",
];

fn sentence(random: &mut Random, language: &str) -> String {
    let (words, gap, end) = match language {
        "de" => (GERMAN, " ", ". "),
        "zh" => (CHINESE, "", "。"),
        _ => (ENGLISH, " ", ". "),
    };
    let count = 6 + random.below(12);
    let all: Vec<&str> = (0..count).map(|_| random.pick(words)).collect();
    all.join(gap) + end
}

fn body(random: &mut Random, language: &str, id: u64, kind: Body) -> Result<String, std::fmt::Error> {
    let mut out = String::with_capacity(8 << 10);
    let rich = kind == Body::Rich;
    if rich {
        write!(
            out,
            "<div class=\"article\"><img class=\"lazy\" src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\" data-src=\"/media/{id}.jpg\" alt=\"\"><noscript><img src=\"/media/{id}.jpg\"></noscript>\n\
             <div class=\"share-bar\">Share: <a href=\"https://www.facebook.com/sharer.php?u={id}\">Facebook</a> <a href=\"https://x.com/intent/tweet?u={id}\">X</a></div>\n"
        )?;
    }
    for number in 0..3 + random.below(8) {
        out.push_str("<p>");
        for _ in 0..2 + random.below(5) {
            out.push_str(&sentence(random, language));
        }
        if rich && random.below(3) == 0 {
            let other = random.below(100_000);
            write!(out, "<a href=\"../{other}\">{}</a>", sentence(random, language))?;
        }
        out.push_str("</p>\n");
        if rich && number == 2 {
            writeln!(
                out,
                "<figure><img srcset=\"/media/{id}-a-480.jpg 480w, /media/{id}-a-1200.jpg 1200w\" src=\"/media/{id}-a-480.jpg\"><figcaption>{}</figcaption></figure>",
                sentence(random, language)
            )?;
        }
    }
    if rich {
        match random.below(20) {
            0 => write!(out, "<audio controls src=\"/sound/{id}.mp3\"></audio>")?,
            1 => write!(out, "<iframe src=\"https://www.youtube.com/embed/{id:011}\"></iframe>")?,
            2 => out.push_str("<script>window.track && track()</script><style>.x{color:red}</style>"),
            _ => {}
        }
        out.push_str("</div>\n");
    }
    Ok(out)
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let mut random = Random(args.seed);
    let mut folder = PathBuf::new();
    for number in 0..args.count {
        let section = random.below(args.sections);
        // One in forty updates an earlier article, as in real archives.
        let is_repeat = number > 40 && random.below(40) == 0;
        let id = if is_repeat { number - 1 - random.below(40) } else { number };
        let language = args.languages[(id % args.languages.len() as u64) as usize].as_str();
        let ms = SPAN.0 + random.below((SPAN.1 - SPAN.0) as u64) as i64;
        let title = sentence(&mut random, language);
        let title = title.trim_end_matches(['.', ' ', '。']);
        let body = body(&mut random, language, id, args.body).map_err(io::Error::other)?;
        let next =
            args.out.join(format!("section{section:02}/{:05}", number / IN_FOLDER / args.sections.max(1)));
        if next != folder {
            fs::create_dir_all(&next)?;
            folder = next;
        }
        let seed = format!(
            "<!--{ms}-->\n[{title}](https://news{:02}.example/{language}/{id})\n------\n\n{body}",
            id % 30
        );
        fs::write(folder.join(format!("{:03}_{:016x}.txt", number % 1000, random.next())), seed)?;
    }
    Ok(())
}
