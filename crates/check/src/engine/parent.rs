//! Elements that hold elements. A vocabulary refers to those of another one by these names, so no vocabulary has to
//! import another one.

/// An element that elements of its own or another vocabulary may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    /// `rss`
    Rss,
    /// `rdf:RDF` of RSS 1.0 and 0.90
    Rdf,
    /// `channel` of RSS
    Channel,
    /// `item` of RSS
    Item,
    /// `image` of RSS
    Image,
    /// `textInput` of RSS
    TextInput,
    /// `skipHours` of RSS
    SkipHours,
    /// `skipDays` of RSS
    SkipDays,
    /// `atom:feed`
    Feed,
    /// `atom:entry`
    Entry,
    /// `atom:source`
    Source,
    /// `atom:author` and `atom:contributor`
    Person,
    /// `atom:link`
    Link,
    /// `app:control`
    AppControl,
    /// `opml`
    Opml,
    /// `head` of OPML
    OpmlHead,
    /// `body` of OPML
    OpmlBody,
    /// `outline` of OPML
    Outline,
    /// `media:group`
    MediaGroup,
    /// `media:content`
    MediaContent,
    /// `media:backLinks`
    MediaBackLinks,
    /// `media:comments`
    MediaComments,
    /// `media:community`
    MediaCommunity,
    /// `media:embed`
    MediaEmbed,
    /// `media:location`
    MediaLocation,
    /// `media:responses`
    MediaResponses,
    /// `media:scenes`
    MediaScenes,
    /// `podcast:alternateEnclosure`
    PodcastAlternate,
    /// `podcast:podroll` and `podcast:publisher`
    PodcastRoll,
    /// `podcast:valueTimeSplit`
    PodcastSplit,
    /// `podcast:value`
    PodcastValue,
    /// `itunes:owner`
    ShowOwner,
    /// `itunes:category` of a show
    ShowCategory,
    /// `cf:listinfo`
    ListInfo,
    /// `geo:Point`
    GeoPoint,
    /// `georss:where`
    Where,
    /// `gml:Point`
    GmlPoint,
    /// `gml:LineString`
    GmlLine,
    /// `gml:Polygon`
    GmlPolygon,
    /// `gml:exterior`
    GmlExterior,
    /// `gml:interior`
    GmlInterior,
    /// `gml:CircleByCenterPoint`
    GmlCircle,
    /// `gml:LinearRing`
    GmlRing,
    /// `gml:Envelope`
    GmlEnvelope,
}

/// Parents of the extensions that are allowed anywhere.
pub(crate) const ANYWHERE: &[Parent] = &[
    Parent::Channel,
    Parent::Item,
    Parent::Image,
    Parent::TextInput,
    Parent::Feed,
    Parent::Entry,
    Parent::Source,
    Parent::MediaContent,
    Parent::MediaLocation,
    Parent::OpmlHead,
    Parent::OpmlBody,
    Parent::Outline,
];
