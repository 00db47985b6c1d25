//! Locations: GeoRSS (<https://docs.ogc.org/cs/17-002r1/17-002r1.html>) and its predecessors.

use crate::engine::log::Log;
use crate::engine::parent::{ANYWHERE, Parent};
use crate::engine::structure;
use crate::engine::vocabulary::{Def, Family, Scope, Unknown};
use crate::rule::{Context::Item, Rule};
use crate::values::number;
use feedmill_types::work::step;

const SPEC: &str = "https://docs.ogc.org/cs/17-002r1/17-002r1.html";

static LATITUDE: Rule = Rule::error("geo/latitude", "invalid latitude")
    .why("Latitudes are from -90 to 90 degrees. Often latitude and longitude are swapped.")
    .remedy("write decimal degrees from -90 to 90")
    .spec("Basic Geo vocabulary", "https://www.w3.org/2003/01/geo/")
    .example(Item, "<geo:lat>100</geo:lat>", "<geo:lat>52.5</geo:lat>");

static LONGITUDE: Rule = Rule::error("geo/longitude", "invalid longitude")
    .why("Longitudes are from -180 to 180 degrees.")
    .remedy("write decimal degrees from -180 to 180")
    .spec("Basic Geo vocabulary", "https://www.w3.org/2003/01/geo/")
    .example(Item, "<geo:long>200</geo:long>", "<geo:long>13.4</geo:long>");

static POINT: Rule = Rule::error("geo/point", "invalid point")
    .why("A point is a latitude and a longitude; readers cannot show anything else on a map.")
    .remedy("write latitude and longitude, separated by a space")
    .spec("GeoRSS Simple, point", SPEC)
    .example(Item, "<georss:point>Berlin</georss:point>", "<georss:point>52.5 13.4</georss:point>");

static POINTS: Rule = Rule::error("geo/points", "invalid list of points")
    .why("A line has two or more points, each with a latitude and a longitude.")
    .remedy("write pairs of latitude and longitude, separated by spaces")
    .spec("GeoRSS Simple, line", SPEC)
    .example(
        Item,
        "<georss:line>52.5 13.4 52.6</georss:line>",
        "<georss:line>52.5 13.4 52.6 13.5</georss:line>",
    );

static COMMA: Rule = Rule::warning("geo/comma", "comma between latitude and longitude")
    .why("The specification requires a space; some readers accept nothing else.")
    .remedy("write a space")
    .spec("GeoRSS Simple, point", SPEC)
    .example(Item, "<georss:point>52.5,13.4</georss:point>", "<georss:point>52.5 13.4</georss:point>");

static POLYGON: Rule = Rule::error("geo/polygon", "polygon that is not closed")
    .why("A polygon has at least four points, and its last point is its first; maps cannot fill anything else.")
    .remedy("repeat the first point at the end")
    .spec("GeoRSS Simple, polygon", SPEC)
    .example(
        Item,
        "<georss:polygon>45 -110 46 -109 43 -109</georss:polygon>",
        "<georss:polygon>45 -110 46 -109 43 -109 45 -110</georss:polygon>",
    );

static BOX: Rule = Rule::error("geo/box", "invalid box")
    .why("A box is its south-western and its north-eastern corner, each with a latitude and a longitude.")
    .remedy("write the lower latitude and its longitude, then the upper ones, separated by spaces")
    .spec("GeoRSS Simple, box", SPEC)
    .example(
        Item,
        "<georss:box>43.1 -71 42.9 -69</georss:box>",
        "<georss:box>42.9 -71 43.1 -69</georss:box>",
    );

static CIRCLE: Rule = Rule::error("geo/circle", "invalid circle")
    .why("A circle is a latitude, a longitude and a radius in metres.")
    .remedy("write three numbers, separated by spaces")
    .spec("GeoRSS Simple, circle", SPEC)
    .example(Item, "<georss:circle>42.9 -71</georss:circle>", "<georss:circle>42.9 -71 500</georss:circle>");

static GEO_POINT: Def = Def::container(Parent::GeoPoint, "Point", ANYWHERE).many().check(|s, log| {
    s.requires(log, &["lat", "long"]);
});

/// <https://www.w3.org/2003/01/geo/>
pub(crate) static FAMILY: Family = Family {
    rules: &[&LATITUDE, &LONGITUDE, &POINT, &POINTS, &COMMA, &POLYGON, &BOX, &CIRCLE],
    on_unknown_child: |_, _| Unknown::Questionable,
    ..Family::new(
        "geo",
        &["http://www.w3.org/2003/01/geo/wgs84_pos#"],
        &[
            &GEO_POINT,
            &Def::text("lat", ANYWHERE, latitude).many(),
            &Def::text("long", ANYWHERE, longitude).many(),
            &Def::text("alt", ANYWHERE, |s, log| s.value(log, number::double)).many(),
            &Def::text("lat", &[Parent::GeoPoint], latitude),
            &Def::text("long", &[Parent::GeoPoint], longitude),
            &Def::text("alt", &[Parent::GeoPoint], |s, log| s.value(log, number::double)),
        ],
    )
};

pub(crate) static GEOURL: Family = Family::new(
    "geourl",
    &["http://geourl.org/rss/module/"],
    &[&Def::text("latitude", ANYWHERE, latitude).many(), &Def::text("longitude", ANYWHERE, longitude).many()],
);

pub(crate) static ICBM: Family = Family::new(
    "icbm",
    &["http://postneo.com/icbm"],
    &[&Def::text("latitude", ANYWHERE, latitude).many(), &Def::text("longitude", ANYWHERE, longitude).many()],
);

static WHERE: Def = Def::container(Parent::Where, "where", ANYWHERE).attributes(TAGS).many().check(place);
/// Attributes of a place.
const TAGS: &[&str] = &[
    "elev",
    "featureName",
    "featureTypeTag",
    "featurename",
    "featuretypetag",
    "floor",
    "radius",
    "relationshipTag",
    "relationshiptag",
];

pub(crate) static GEORSS: Family = Family {
    on_unknown_child: |_, _| Unknown::Ignored,
    ..Family::new(
        "georss",
        &[
            "http://www.georss.org/georss",
            "http://www.georss.org/georss/10",
            "http://www.georss.org/georss/11",
        ],
        &[
            &WHERE,
            &Def::text("point", ANYWHERE, point).any_attribute().many(),
            &Def::text("line", ANYWHERE, line).any_attribute().many(),
            &Def::text("polygon", ANYWHERE, polygon).any_attribute().many(),
            &Def::text("box", ANYWHERE, bounds).any_attribute().many(),
            &Def::text("circle", ANYWHERE, circle).any_attribute().many(),
            &Def::text("elev", ANYWHERE, |s, log| s.value(log, number::double)).many(),
            &Def::text("floor", ANYWHERE, |s, log| s.value(log, number::integer)).many(),
            &Def::text("radius", ANYWHERE, |s, log| s.value(log, number::positive_double)).many(),
            &Def::text("featureTypeTag", ANYWHERE, |_, _| {}).many(),
            &Def::text("featuretypetag", ANYWHERE, |_, _| {}).many(),
            &Def::text("relationshipTag", ANYWHERE, |_, _| {}).many(),
            &Def::text("relationshiptag", ANYWHERE, |_, _| {}).many(),
            &Def::text("featureName", ANYWHERE, |_, _| {}).many(),
            &Def::text("featurename", ANYWHERE, |_, _| {}).many(),
        ],
    )
};

static GML_POINT: Def =
    Def::container(Parent::GmlPoint, "Point", PLACES).attributes(NAMED).check(|s, log| {
        s.requires(log, &["pos"]);
    });
static GML_LINE: Def =
    Def::container(Parent::GmlLine, "LineString", PLACES).attributes(NAMED).check(|s, log| {
        s.requires(log, &["posList"]);
    });
static GML_POLYGON: Def =
    Def::container(Parent::GmlPolygon, "Polygon", PLACES).attributes(NAMED).check(|s, log| {
        s.requires(log, &["exterior"]);
    });
static GML_CIRCLE: Def =
    Def::container(Parent::GmlCircle, "CircleByCenterPoint", PLACES).attributes(ARC).check(|s, log| {
        s.requires(log, &["pos", "radius"]);
    });
static GML_EXTERIOR: Def =
    Def::container(Parent::GmlExterior, "exterior", &[Parent::GmlPolygon]).check(|s, log| {
        s.requires(log, &["LinearRing"]);
    });
static GML_INTERIOR: Def =
    Def::container(Parent::GmlInterior, "interior", &[Parent::GmlPolygon]).many().check(|s, log| {
        s.requires(log, &["LinearRing"]);
    });
static GML_RING: Def =
    Def::container(Parent::GmlRing, "LinearRing", &[Parent::GmlExterior, Parent::GmlInterior])
        .attributes(NAMED)
        .check(|s, log| s.requires(log, &["posList"]));
static GML_ENVELOPE: Def =
    Def::container(Parent::GmlEnvelope, "Envelope", PLACES).attributes(NAMED).check(|s, log| {
        s.requires(log, &["lowerCorner", "upperCorner"]);
    });
const PLACES: &[Parent] = &[Parent::Where];
const NAMED: &[&str] = &["srsName", "srsDimension", "gml:id"];
const ARC: &[&str] = &["srsName", "srsDimension", "gml:id", "interpolation", "numArc"];

pub(crate) static GML: Family = Family::new(
    "gml",
    &["http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2"],
    &[
        &GML_POINT,
        &GML_LINE,
        &GML_POLYGON,
        &GML_CIRCLE,
        &GML_EXTERIOR,
        &GML_INTERIOR,
        &GML_RING,
        &GML_ENVELOPE,
        &Def::text("pos", &[Parent::GmlPoint, Parent::GmlCircle], point).attributes(NAMED),
        &Def::text("posList", &[Parent::GmlLine], line).attributes(POSITIONS),
        &Def::text("posList", &[Parent::GmlRing], polygon).attributes(POSITIONS),
        &Def::text("radius", &[Parent::GmlCircle], |s, log| s.value(log, number::positive_double))
            .attributes(&["uom"]),
        &Def::text("lowerCorner", &[Parent::GmlEnvelope], point).attributes(NAMED),
        &Def::text("upperCorner", &[Parent::GmlEnvelope], point).attributes(NAMED),
    ],
);
const POSITIONS: &[&str] = &["srsName", "srsDimension", "gml:id", "count"];

/// Checks that a place has a geometry.
fn place(scope: &Scope<'_, '_>, log: &mut Log) {
    if scope.element.is_complete && scope.element.elements().next().is_none() {
        structure::missing(scope.element, "a geometry such as `gml:Point` in `georss:where`", log);
    }
}

fn degrees(text: &str, max: f64) -> bool {
    number::is_double(text) && text.parse().is_ok_and(|n: f64| n.abs() <= max)
}

fn latitude(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| (!degrees(v, 90.0)).then_some(&LATITUDE));
}

fn longitude(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| (!degrees(v, 180.0)).then_some(&LONGITUDE));
}

/// Reads a list of numbers: `None` if one of them is no number. Commas may separate them too.
fn numbers(text: &str) -> Option<Vec<f64>> {
    step(text.len());
    let words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    words.map(|word| word.parse().ok().filter(|_| number::is_double(word))).collect()
}

/// Number of numbers of a position: latitude, longitude and, if `srsDimension` says so, height.
fn dimension(scope: &Scope<'_, '_>) -> usize {
    let declared = scope.chain().take(4).find_map(|s| s.element.value("srsDimension"));
    if declared.is_some_and(|dimension| dimension.trim() == "3") { 3 } else { 2 }
}

/// Returns the rule that a list of latitudes and longitudes breaks. Another reference system has other numbers.
fn range(scope: &Scope<'_, '_>, numbers: &[f64]) -> Option<&'static Rule> {
    if scope.chain().take(4).any(|s| s.element.attribute("srsName").is_some()) {
        return None;
    }
    let mut positions = numbers.chunks_exact(dimension(scope));
    if positions.clone().any(|position| position[0].abs() > 90.0) {
        Some(&LATITUDE)
    } else {
        positions.any(|position| position[1].abs() > 180.0).then_some(&LONGITUDE)
    }
}

/// Reports the rule that a text of numbers breaks: `invalid` if there are not the right ones.
fn coordinates(
    scope: &Scope<'_, '_>,
    log: &mut Log,
    invalid: &'static Rule,
    is_right: impl Fn(&[f64]) -> bool,
) {
    // A comma is allowed within a pair only.
    let is_within = |text: &str| text.split_whitespace().all(|pair| pair.matches(',').count() <= 1);
    scope.value(log, |text| match numbers(text) {
        Some(numbers) if is_right(&numbers) && is_within(text) => {
            range(scope, &numbers).or(text.contains(',').then_some(&COMMA))
        }
        _ => Some(invalid),
    });
    if scope.element.ns.starts_with("http://www.georss.org/") {
        for (name, test) in [
            ("elev", number::double as fn(&str) -> _),
            ("floor", number::integer),
            ("radius", number::positive_double),
        ] {
            scope.attribute(log, name, test);
        }
    }
}

fn point(scope: &Scope<'_, '_>, log: &mut Log) {
    let dimension = dimension(scope);
    coordinates(scope, log, &POINT, |numbers| numbers.len() == dimension);
}

fn line(scope: &Scope<'_, '_>, log: &mut Log) {
    let dimension = dimension(scope);
    coordinates(scope, log, &POINTS, |numbers| {
        numbers.len() >= 2 * dimension && numbers.len().is_multiple_of(dimension)
    });
}

fn bounds(scope: &Scope<'_, '_>, log: &mut Log) {
    coordinates(scope, log, &BOX, |numbers| matches!(numbers, [south, _, north, _] if south <= north));
}

fn circle(scope: &Scope<'_, '_>, log: &mut Log) {
    coordinates(scope, log, &CIRCLE, |numbers| matches!(numbers, [_, _, radius] if *radius >= 0.0));
}

/// A ring: at least four points, of which the last is the first.
fn polygon(scope: &Scope<'_, '_>, log: &mut Log) {
    let dimension = dimension(scope);
    let is_list = |numbers: &[f64]| numbers.len() >= 2 * dimension && numbers.len().is_multiple_of(dimension);
    coordinates(scope, log, &POINTS, is_list);
    scope.value(log, |text| {
        let numbers = numbers(text).filter(|numbers| is_list(numbers))?;
        let is_closed =
            numbers.len() >= 4 * dimension && numbers[..dimension] == numbers[numbers.len() - dimension..];
        (!is_closed).then_some(&POLYGON)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_numbers() {
        assert_eq!(numbers("1 -2.5\n3,4"), Some(vec![1.0, -2.5, 3.0, 4.0]));
        assert_eq!(numbers(""), Some(Vec::new()));
        assert_eq!(numbers("4.5e1 45. .5 -1E+2"), Some(vec![45.0, 45.0, 0.5, -100.0]));
        assert!(["1 two", "1e", "e5", ".", "1.5.2", "NaN", "inf"].iter().all(|text| numbers(text).is_none()));
    }
}
