//! Locations: GeoRSS (<https://docs.ogc.org/cs/17-002r1/17-002r1.html>) and its predecessors.

use crate::engine::log::Log;
use crate::engine::parent::{ANYWHERE, Parent};
use crate::engine::vocabulary::{Def, Family, Scope, Unknown};
use crate::rule::{Context::Item, Rule};
use crate::values::number;

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

static GEO_POINT: Def = Def::container(Parent::GeoPoint, "Point", ANYWHERE).many().check(|s, log| {
    s.requires(log, &["lat", "long"]);
});

/// <https://www.w3.org/2003/01/geo/>
pub(crate) static FAMILY: Family = Family {
    rules: &[&LATITUDE, &LONGITUDE, &POINT, &POINTS, &COMMA],
    on_unknown_child: |_, _| Unknown::Questionable,
    ..Family::new(
        "geo",
        &["http://www.w3.org/2003/01/geo/wgs84_pos#"],
        &[
            &GEO_POINT,
            &Def::text("lat", ANYWHERE, latitude).many(),
            &Def::text("long", ANYWHERE, longitude).many(),
            &Def::text("alt", ANYWHERE, |s, log| s.value(log, number::signed)).many(),
            &Def::text("lat", &[Parent::GeoPoint], latitude),
            &Def::text("long", &[Parent::GeoPoint], longitude),
            &Def::text("alt", &[Parent::GeoPoint], |s, log| s.value(log, number::signed)),
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

static WHERE: Def = Def::container(Parent::Where, "where", ANYWHERE).many();

pub(crate) static GEORSS: Family = Family {
    on_unknown_child: |_, _| Unknown::Ignored,
    ..Family::new(
        "georss",
        &["http://www.georss.org/georss"],
        &[
            &WHERE,
            &Def::text("point", ANYWHERE, point).any_attribute().many(),
            &Def::text("line", ANYWHERE, points).any_attribute().many(),
            &Def::text("polygon", ANYWHERE, points).any_attribute().many(),
            &Def::text("box", ANYWHERE, points).any_attribute().many(),
            &Def::text("elev", ANYWHERE, |s, log| s.value(log, number::signed)).many(),
            &Def::text("floor", ANYWHERE, |s, log| s.value(log, number::integer)).many(),
            &Def::text("radius", ANYWHERE, |s, log| s.value(log, number::decimal)).many(),
            &Def::text("featureTypeTag", ANYWHERE, |_, _| {}).many(),
            &Def::text("relationshipTag", ANYWHERE, |_, _| {}).many(),
            &Def::text("featureName", ANYWHERE, |_, _| {}).many(),
            &Def::text("featurename", ANYWHERE, |_, _| {}).many(),
        ],
    )
};

static GML_POINT: Def = Def::container(Parent::GmlPoint, "Point", &[Parent::Where]).attributes(NAMED);
static GML_LINE: Def = Def::container(Parent::GmlLine, "LineString", &[Parent::Where]).attributes(NAMED);
static GML_POLYGON: Def = Def::container(Parent::GmlPolygon, "Polygon", &[Parent::Where]).attributes(NAMED);
static GML_EXTERIOR: Def = Def::container(Parent::GmlExterior, "exterior", &[Parent::GmlPolygon]);
static GML_RING: Def =
    Def::container(Parent::GmlRing, "LinearRing", &[Parent::GmlExterior]).attributes(NAMED);
static GML_ENVELOPE: Def =
    Def::container(Parent::GmlEnvelope, "Envelope", &[Parent::Where]).attributes(NAMED);
const NAMED: &[&str] = &["srsName", "srsDimension", "gml:id"];

pub(crate) static GML: Family = Family::new(
    "gml",
    &["http://www.opengis.net/gml"],
    &[
        &GML_POINT,
        &GML_LINE,
        &GML_POLYGON,
        &GML_EXTERIOR,
        &GML_RING,
        &GML_ENVELOPE,
        &Def::text("pos", &[Parent::GmlPoint], point).attributes(NAMED),
        &Def::text("posList", &[Parent::GmlLine, Parent::GmlRing], points).attributes(NAMED),
        &Def::text("lowerCorner", &[Parent::GmlEnvelope], point),
        &Def::text("upperCorner", &[Parent::GmlEnvelope], point),
    ],
);

fn degrees(text: &str, max: f64) -> bool {
    number::is_decimal(text) && text.parse().is_ok_and(|n: f64| n.abs() <= max)
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
        // A comma is allowed within a pair only.
        let within = v.split_whitespace().all(|pair| pair.matches(',').count() <= 1);
        if !pairs || !within || !numbers.iter().all(|n| number::is_decimal(n)) {
            Some(&POINTS)
        } else {
            v.contains(',').then_some(&COMMA)
        }
    });
}
