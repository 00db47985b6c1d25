//! Places: GeoRSS (<https://docs.ogc.org/cs/17-002r1/17-002r1.html>) and what was before it.

use super::super::log::Log;
use super::super::rule::{Rule, Within::Item};
use super::super::walk::{Def, Family, Scope, pass};
use super::rdf::EVERYWHERE;
use super::{element, number};

const SPEC: &str = "https://docs.ogc.org/cs/17-002r1/17-002r1.html";

static LATITUDE: Rule = Rule::error("geo/latitude", "No latitude")
    .why("Latitudes go from -90 to 90 degrees; often the two numbers were swapped.")
    .help("write decimal degrees from -90 to 90")
    .spec("Basic Geo vocabulary", "https://www.w3.org/2003/01/geo/")
    .example(Item, "<geo:lat>100</geo:lat>", "<geo:lat>52.5</geo:lat>");

static LONGITUDE: Rule = Rule::error("geo/longitude", "No longitude")
    .why("Longitudes go from -180 to 180 degrees.")
    .help("write decimal degrees from -180 to 180")
    .spec("Basic Geo vocabulary", "https://www.w3.org/2003/01/geo/")
    .example(Item, "<geo:long>200</geo:long>", "<geo:long>13.4</geo:long>");

static POINT: Rule = Rule::error("geo/point", "No point")
    .why("A point is a latitude and a longitude; readers can't put anything else on a map.")
    .help("write latitude and longitude with a space between")
    .spec("GeoRSS Simple, point", SPEC)
    .example(Item, "<georss:point>Berlin</georss:point>", "<georss:point>52.5 13.4</georss:point>");

static POINTS: Rule = Rule::error("geo/points", "No list of points")
    .why("A line has two points or more, each of a latitude and a longitude.")
    .help("write pairs of latitude and longitude with spaces between")
    .spec("GeoRSS Simple, line", SPEC)
    .example(
        Item,
        "<georss:line>52.5 13.4 52.6</georss:line>",
        "<georss:line>52.5 13.4 52.6 13.5</georss:line>",
    );

static COMMA: Rule = Rule::warning("geo/comma", "A comma between latitude and longitude")
    .why("The specification has a space there; some readers know nothing else.")
    .help("write a space")
    .spec("GeoRSS Simple, point", SPEC)
    .example(Item, "<georss:point>52.5,13.4</georss:point>", "<georss:point>52.5 13.4</georss:point>");

static GEO_POINT: Def = Def::parent("Point", EVERYWHERE).many().check(|s, log| {
    s.requires(log, &[("lat", &element::MISSING), ("long", &element::MISSING)]);
});

/// <https://www.w3.org/2003/01/geo/>
pub(in super::super) static FAMILY: Family = Family {
    rules: &[&LATITUDE, &LONGITUDE, &POINT, &POINTS, &COMMA],
    stray: element::questionable,
    ..Family::of_elements(
        "geo",
        &["http://www.w3.org/2003/01/geo/wgs84_pos#"],
        &[
            &GEO_POINT,
            &Def::text("lat", EVERYWHERE, latitude).many(),
            &Def::text("long", EVERYWHERE, longitude).many(),
            &Def::text("alt", EVERYWHERE, |s, log| s.value(log, number::signed)).many(),
            &Def::text("lat", &[&GEO_POINT], latitude),
            &Def::text("long", &[&GEO_POINT], longitude),
            &Def::text("alt", &[&GEO_POINT], |s, log| s.value(log, number::signed)),
        ],
    )
};

pub(in super::super) static GEOURL: Family = Family::of_elements(
    "geourl",
    &["http://geourl.org/rss/module/"],
    &[
        &Def::text("latitude", EVERYWHERE, latitude).many(),
        &Def::text("longitude", EVERYWHERE, longitude).many(),
    ],
);

pub(in super::super) static ICBM: Family = Family::of_elements(
    "icbm",
    &["http://postneo.com/icbm"],
    &[
        &Def::text("latitude", EVERYWHERE, latitude).many(),
        &Def::text("longitude", EVERYWHERE, longitude).many(),
    ],
);

static WHERE: Def = Def::parent("where", EVERYWHERE).many();

pub(in super::super) static GEORSS: Family = Family {
    stray: pass,
    ..Family::of_elements(
        "georss",
        &["http://www.georss.org/georss"],
        &[
            &WHERE,
            &Def::text("point", EVERYWHERE, point).any_attribute().many(),
            &Def::text("line", EVERYWHERE, points).any_attribute().many(),
            &Def::text("polygon", EVERYWHERE, points).any_attribute().many(),
            &Def::text("box", EVERYWHERE, points).any_attribute().many(),
            &Def::text("elev", EVERYWHERE, |s, log| s.value(log, number::signed)).many(),
            &Def::text("floor", EVERYWHERE, |s, log| s.value(log, number::integer)).many(),
            &Def::text("radius", EVERYWHERE, |s, log| s.value(log, number::decimal)).many(),
            &Def::text("featureTypeTag", EVERYWHERE, |_, _| {}).many(),
            &Def::text("relationshipTag", EVERYWHERE, |_, _| {}).many(),
            &Def::text("featureName", EVERYWHERE, |_, _| {}).many(),
            &Def::text("featurename", EVERYWHERE, |_, _| {}).many(),
        ],
    )
};

static GML_POINT: Def = Def::parent("Point", &[&WHERE]).attributes(NAMED);
static GML_LINE: Def = Def::parent("LineString", &[&WHERE]).attributes(NAMED);
static GML_POLYGON: Def = Def::parent("Polygon", &[&WHERE]).attributes(NAMED);
static GML_EXTERIOR: Def = Def::parent("exterior", &[&GML_POLYGON]);
static GML_RING: Def = Def::parent("LinearRing", &[&GML_EXTERIOR]).attributes(NAMED);
static GML_ENVELOPE: Def = Def::parent("Envelope", &[&WHERE]).attributes(NAMED);
const NAMED: &[&str] = &["srsName", "srsDimension", "gml:id"];

pub(in super::super) static GML: Family = Family::of_elements(
    "gml",
    &["http://www.opengis.net/gml"],
    &[
        &GML_POINT,
        &GML_LINE,
        &GML_POLYGON,
        &GML_EXTERIOR,
        &GML_RING,
        &GML_ENVELOPE,
        &Def::text("pos", &[&GML_POINT], point).attributes(NAMED),
        &Def::text("posList", &[&GML_LINE, &GML_RING], points).attributes(NAMED),
        &Def::text("lowerCorner", &[&GML_ENVELOPE], point),
        &Def::text("upperCorner", &[&GML_ENVELOPE], point),
    ],
);

fn degrees(text: &str, most: f64) -> bool {
    number::is_decimal(text) && text.parse().is_ok_and(|n: f64| n.abs() <= most)
}

fn latitude(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| (!degrees(v, 90.0)).then_some(&LATITUDE));
}

fn longitude(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| (!degrees(v, 180.0)).then_some(&LONGITUDE));
}

fn point(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| match v.split([' ', ',']).filter(|n| !n.is_empty()).collect::<Vec<_>>()[..] {
        [a, b] if number::is_decimal(a) && number::is_decimal(b) => v.contains(',').then_some(&COMMA),
        _ => Some(&POINT),
    });
}

fn points(scope: &Scope<'_, '_>, log: &mut Log) {
    scope.value(log, |v| {
        let numbers: Vec<&str> =
            v.split(|c: char| c.is_whitespace() || c == ',').filter(|n| !n.is_empty()).collect();
        let pairs = numbers.len() >= 4 && numbers.len().is_multiple_of(2);
        // A comma can stand within a pair only.
        let within = v.split_whitespace().all(|pair| pair.matches(',').count() <= 1);
        if !pairs || !within || !numbers.iter().all(|n| number::is_decimal(n)) {
            Some(&POINTS)
        } else {
            v.contains(',').then_some(&COMMA)
        }
    });
}
