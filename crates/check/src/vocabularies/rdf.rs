//! RDF in feeds other than RSS 1.0.

use crate::engine::ns::RDF;
use crate::engine::parent::ANYWHERE;
use crate::engine::vocabulary::{Def, Family, Unknown};

pub(crate) static FAMILY: Family = Family {
    on_unknown_child: |_, _| Unknown::Questionable,
    ..Family::new(
        "rdf",
        &[RDF],
        &[
            &Def::anything("RDF", ANYWHERE),
            &Def::anything("type", ANYWHERE),
            &Def::anything("Description", ANYWHERE),
        ],
    )
};
