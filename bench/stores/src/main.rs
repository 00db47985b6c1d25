//! Compares ways to store the catalog: SQLite, redb, one flat file, and feedmill's blocks. Each stores the same rows in the
//! same folders, and each compares a whole folder by one hash.
//!
//!     cargo run --release --manifest-path bench/stores/Cargo.toml -- [SEEDS]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use feedmill::catalog::{Catalog, Head, LastBuild, Row, Rows, chunks, hash, key_hash};
use feedmill::types::UnixMs;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use rusqlite::Connection;

type Done<T> = Result<T, Box<dyn Error>>;

const IN_FOLDER: u64 = 1000;
const RUNS: usize = 5;

/// A seed, as each store gets it.
struct Seed {
    name: String,
    fingerprint: u128,
    time: i64,
    link: String,
}

fn folder(number: u64) -> String {
    format!("section{:02}/{number:05}", number % 5)
}

fn seeds(folder: u64, edit: u64) -> impl Iterator<Item = Seed> {
    (0..IN_FOLDER).map(move |i| {
        let number = folder * IN_FOLDER + i;
        let name = format!("000_{:016x}.txt", key_hash(&number.to_string()));
        let edited = if i == 0 { edit } else { 0 };
        let fingerprint = hash(format!("{name} {edited}").as_bytes());
        let link = format!("https://news{:02}.example/en/2024/06/article-{number}", folder % 5);
        Seed { name, fingerprint, time: 1_700_000_000_000 + (number % 977) as i64 * 60_000, link }
    })
}

/// The operations that a run needs.
trait Store {
    const NAME: &'static str;
    /// Creates the store with all folders.
    fn create(at: &Path, folders: u64) -> Done<()>;
    /// Opens the store and adds up the hashes of all folders, which is enough to see that nothing changed.
    fn same(at: &Path) -> Done<u128>;
    /// Replaces the rows of one folder, in which one seed was edited.
    fn edit(at: &Path, folder: u64, edit: u64) -> Done<()>;
    /// Reads the time of every seed and the link of one in a hundred, as ordering does.
    fn order(at: &Path) -> Done<u64>;
}

fn sum(folder: u64, edit: u64) -> u128 {
    seeds(folder, edit).fold(0, |sum, seed| sum.wrapping_add(seed.fingerprint))
}

struct Sqlite;

impl Sqlite {
    fn open(at: &Path) -> Done<Connection> {
        let db = Connection::open(at.join("sqlite"))?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "normal")?;
        Ok(db)
    }

    fn put(db: &Connection, folder_number: u64, edit: u64) -> Done<()> {
        let path = folder(folder_number);
        let sum = sum(folder_number, edit).to_le_bytes();
        db.prepare_cached("replace into folder values (?, ?, ?)")?.execute((
            folder_number as i64,
            path,
            &sum[..],
        ))?;
        let mut row = db.prepare_cached("replace into seed values (?, ?, ?, ?, ?)")?;
        for seed in seeds(folder_number, edit) {
            row.execute((
                folder_number as i64,
                seed.name,
                &seed.fingerprint.to_le_bytes()[..],
                seed.time,
                seed.link,
            ))?;
        }
        Ok(())
    }
}

impl Store for Sqlite {
    const NAME: &'static str = "SQLite (rusqlite, WAL)";

    fn create(at: &Path, folders: u64) -> Done<()> {
        let mut db = Self::open(at)?;
        let all = db.transaction()?;
        all.execute_batch(
            "create table folder (number integer primary key, path text, sum blob);
             create table seed (folder integer, name text, fingerprint blob, time integer, link text,
                                primary key (folder, name)) without rowid;",
        )?;
        (0..folders).try_for_each(|number| Self::put(&all, number, 0))?;
        Ok(all.commit()?)
    }

    fn same(at: &Path) -> Done<u128> {
        let db = Self::open(at)?;
        let mut all = db.prepare("select sum from folder")?;
        let sums = all.query_map((), |row| row.get::<_, [u8; 16]>(0))?;
        let mut total = 0_u128;
        for sum in sums {
            total = total.wrapping_add(u128::from_le_bytes(sum?));
        }
        Ok(total)
    }

    fn edit(at: &Path, folder: u64, edit: u64) -> Done<()> {
        let mut db = Self::open(at)?;
        let all = db.transaction()?;
        Self::put(&all, folder, edit)?;
        Ok(all.commit()?)
    }

    fn order(at: &Path) -> Done<u64> {
        let db = Self::open(at)?;
        let mut all = db.prepare("select time, link from seed")?;
        let mut rows = all.query(())?;
        let mut total = 0;
        while let Some(row) = rows.next()? {
            let time: i64 = row.get(0)?;
            total += if time % 100 == 0 { row.get_ref(1)?.as_str()?.len() as u64 } else { 1 };
        }
        Ok(total)
    }
}

struct Redb;

const FOLDERS: TableDefinition<'_, u64, (&str, u128)> = TableDefinition::new("folders");
const SEEDS: TableDefinition<'_, (u64, &str), (u128, i64, &str)> = TableDefinition::new("seeds");

impl Redb {
    fn put(db: &Database, numbers: impl Iterator<Item = u64>, edit: u64) -> Done<()> {
        let write = db.begin_write()?;
        {
            let mut folders = write.open_table(FOLDERS)?;
            let mut all = write.open_table(SEEDS)?;
            for number in numbers {
                folders.insert(number, (&*folder(number), sum(number, edit)))?;
                for seed in seeds(number, edit) {
                    all.insert((number, &*seed.name), (seed.fingerprint, seed.time, &*seed.link))?;
                }
            }
        }
        Ok(write.commit()?)
    }
}

impl Store for Redb {
    const NAME: &'static str = "redb";

    fn create(at: &Path, folders: u64) -> Done<()> {
        Self::put(&Database::create(at.join("redb"))?, 0..folders, 0)
    }

    fn same(at: &Path) -> Done<u128> {
        let db = Database::open(at.join("redb"))?;
        let read = db.begin_read()?;
        let folders = read.open_table(FOLDERS)?;
        let mut total = 0_u128;
        for folder in folders.iter()? {
            total = total.wrapping_add(folder?.1.value().1);
        }
        Ok(total)
    }

    fn edit(at: &Path, folder: u64, edit: u64) -> Done<()> {
        Self::put(&Database::open(at.join("redb"))?, std::iter::once(folder), edit)
    }

    fn order(at: &Path) -> Done<u64> {
        let db = Database::open(at.join("redb"))?;
        let read = db.begin_read()?;
        let mut total = 0;
        for seed in read.open_table(SEEDS)?.iter()? {
            let seed = seed?.1;
            let (_, time, link) = seed.value();
            total += if time % 100 == 0 { link.len() as u64 } else { 1 };
        }
        Ok(total)
    }
}

/// The hashes of the folders, records of 32 bytes (fingerprint, time, end of the texts), and the texts. Rewritten as a whole.
struct Flat;

impl Flat {
    fn write(at: &Path, folders: u64, edited: Option<(u64, u64)>) -> Done<()> {
        let (mut sums, mut records, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..folders {
            let edit = edited.filter(|(folder, _)| *folder == number).map_or(0, |(_, edit)| edit);
            sums.extend(sum(number, edit).to_le_bytes());
            for seed in seeds(number, edit) {
                texts.extend(seed.name.as_bytes());
                let name = texts.len() as u32;
                texts.extend(seed.link.as_bytes());
                records.extend(seed.fingerprint.to_le_bytes());
                records.extend(seed.time.to_le_bytes());
                records.extend(name.to_le_bytes());
                records.extend((texts.len() as u32).to_le_bytes());
            }
        }
        fs::write(at.join("flat.new"), [&folders.to_le_bytes()[..], &sums, &records, &texts].concat())?;
        Ok(fs::rename(at.join("flat.new"), at.join("flat"))?)
    }

    fn folders(at: &Path) -> Done<(u64, Vec<u8>)> {
        let bytes = fs::read(at.join("flat"))?;
        let (count, rest) = bytes.split_first_chunk().ok_or("too short")?;
        Ok((u64::from_le_bytes(*count), rest.to_vec()))
    }
}

impl Store for Flat {
    const NAME: &'static str = "one flat file, rewritten whole";

    fn create(at: &Path, folders: u64) -> Done<()> {
        Self::write(at, folders, None)
    }

    fn same(at: &Path) -> Done<u128> {
        use std::io::Read;
        let mut file = fs::File::open(at.join("flat"))?;
        let mut count = [0; 8];
        file.read_exact(&mut count)?;
        let mut sums = vec![0; 16 * u64::from_le_bytes(count) as usize];
        file.read_exact(&mut sums)?;
        let sums = sums.as_chunks().0.iter().map(|sum| u128::from_le_bytes(*sum));
        Ok(sums.fold(0, u128::wrapping_add))
    }

    fn edit(at: &Path, folder: u64, edit: u64) -> Done<()> {
        let (folders, _) = Self::folders(at)?;
        Self::write(at, folders, Some((folder, edit)))
    }

    fn order(at: &Path) -> Done<u64> {
        let (folders, rest) = Self::folders(at)?;
        let (_, rest) = rest.split_at(16 * folders as usize);
        let (records, _) = rest.split_at((32 * folders * IN_FOLDER) as usize);
        let mut total = 0;
        for record in records.as_chunks::<32>().0 {
            let number =
                |at: usize| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
            let time = i64::from_le_bytes(record[16..24].try_into()?);
            total += if time % 100 == 0 { u64::from(number(28) - number(24)) } else { 1 };
        }
        Ok(total)
    }
}

struct Blocks;

impl Blocks {
    fn rows(number: u64, edit: u64) -> Rows {
        let mut rows = Rows::default();
        for seed in seeds(number, edit) {
            let head = Head {
                time: UnixMs(seed.time),
                key: key_hash(&seed.link),
                link: &seed.link,
                title: "",
                expires: None,
                exact: false,
                unlisted: false,
                about: &[],
            };
            let row = Row {
                fingerprint: seed.fingerprint,
                head: Some(head),
                ignored: false,
                name: seed.name.as_bytes(),
            };
            rows.push(row, seed.fingerprint, []);
        }
        rows
    }

    fn open(at: &Path) -> Catalog {
        Catalog::open(at, 0, SystemTime::now()).0
    }
}

impl Store for Blocks {
    const NAME: &'static str = "**blocks a folder, index renamed**";

    fn create(at: &Path, folders: u64) -> Done<()> {
        let catalog = Self::open(at);
        let all: Result<BTreeMap<_, _>, std::io::Error> = (0..folders)
            .map(|number| {
                Ok((PathBuf::from(folder(number)), vec![catalog.write(0, &Self::rows(number, 0), None)?]))
            })
            .collect();
        Ok(catalog.commit(all?, LastBuild::default())?)
    }

    fn same(at: &Path) -> Done<u128> {
        Ok(chunks(Self::open(at).folders()).fold(0, |sum, (_, chunk)| sum.wrapping_add(chunk.fingerprint)))
    }

    fn edit(at: &Path, number: u64, edit: u64) -> Done<()> {
        let catalog = Self::open(at);
        let mut folders = catalog.folders().clone();
        let path = PathBuf::from(folder(number));
        let new = catalog.write(0, &Self::rows(number, edit), catalog.folder(&path).first())?;
        folders.insert(path, vec![new]);
        Ok(catalog.commit(folders, LastBuild::default())?)
    }

    fn order(at: &Path) -> Done<u64> {
        let catalog = Self::open(at);
        let mut buffer = Vec::new();
        let mut total = 0;
        for (_, chunk) in chunks(catalog.folders()) {
            let block = catalog.read(chunk, &mut buffer).ok_or("damaged")?;
            for (row, time, _) in block.heads() {
                let link =
                    || block.row(row).and_then(|row| row.head).map_or(0, |head| head.link.len() as u64);
                total += if time.0 % 100 == 0 { link() } else { 1 };
            }
        }
        Ok(total)
    }
}

fn median(mut work: impl FnMut(u64) -> Done<()>) -> Done<Duration> {
    let mut times = Vec::new();
    for run in 0..RUNS as u64 {
        let started = Instant::now();
        work(run + 1)?;
        times.push(started.elapsed());
    }
    times.sort();
    Ok(times[RUNS / 2])
}

fn size(folder: &Path) -> Done<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        total += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(total)
}

/// Prints a row, and returns the results of the store, which must be those of every other store.
fn measure<S: Store>(folders: u64) -> Done<(u128, u64)> {
    let mut dir = tempfile::tempdir()?;
    let create = median(|_| {
        dir = tempfile::tempdir()?;
        S::create(dir.path(), folders)
    })?;
    let at = dir.path();
    let same = median(|_| S::same(at).map(|_| ()))?;
    let order = median(|_| S::order(at).map(|_| ()))?;
    let bytes = size(at)?;
    let edit = median(|edit| S::edit(at, folders / 2, edit))?;
    let told = (S::same(at)?, S::order(at)?);
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    println!(
        "| {} | {} | {} | {} | {} | {} MB |",
        S::NAME,
        ms(create),
        ms(same),
        ms(edit),
        ms(order),
        bytes / 1_000_000
    );
    Ok(told)
}

fn main() -> Done<()> {
    let seeds: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |n| n.parse())?;
    let folders = seeds.div_ceil(IN_FOLDER);
    println!(
        "| {seeds} seeds in {folders} folders | create | nothing changed | one edited | look at all | size |"
    );
    println!("| --- | --: | --: | --: | --: | --: |");
    let told = [
        measure::<Sqlite>(folders)?,
        measure::<Redb>(folders)?,
        measure::<Flat>(folders)?,
        measure::<Blocks>(folders)?,
    ];
    assert!(told.iter().all(|one| *one == told[0]), "the stores differ: {told:?}");
    Ok(())
}
