//! The Atom Publishing Protocol ([RFC 5023](https://www.rfc-editor.org/rfc/rfc5023)), as far as it shows in feeds.

use super::super::walk::{Def, Family};
use super::{atom, date, number};

static CONTROL: Def = Def::parent("control", &[&atom::ENTRY]);

pub(in super::super) static FAMILY: Family = Family::of_elements(
    "app",
    &["http://www.w3.org/2007/app"],
    &[
        &CONTROL,
        &Def::text("draft", &[&CONTROL], |s, log| s.value(log, number::yes_no)),
        &Def::text("edited", &[&atom::ENTRY], date::exact_rfc3339),
        &Def::anything("collection", &[&atom::FEED, &atom::SOURCE]),
    ],
);
