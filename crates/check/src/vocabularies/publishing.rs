//! The elements of the Atom Publishing Protocol ([RFC 5023](https://www.rfc-editor.org/rfc/rfc5023)) in feeds.

use super::checks;
use crate::engine::parent::Parent;
use crate::engine::vocabulary::{Def, Family};
use crate::values::number;

static CONTROL: Def = Def::container(Parent::AppControl, "control", &[Parent::Entry]);

pub(crate) static FAMILY: Family = Family::new(
    "app",
    &["http://www.w3.org/2007/app"],
    &[
        &CONTROL,
        &Def::text("draft", &[Parent::AppControl], |s, log| s.value(log, number::yes_no)),
        &Def::text("edited", &[Parent::Entry], checks::exact_rfc3339),
        &Def::anything("collection", &[Parent::Feed, Parent::Source]),
    ],
);
