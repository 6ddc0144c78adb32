#include "traces/exporters/svgstyle.h"

#include "traces/exporters/text.h"

namespace rdrlab::trace {

namespace {

// Light first, and on paper always; the dark block only names what differs.
constexpr std::string_view kStyle = R"css(
svg.rdr{font-family:"DejaVu Sans Mono","Menlo","Consolas","Liberation Mono",monospace;font-size:11px}
.rdr .bg{fill:#ffffff}
.rdr text{fill:#1b1f24}
.rdr .h1{font-size:15px;font-weight:bold}
.rdr .h2{font-size:11px;fill:#4d5661}
.rdr .card{fill:#fbfcfd;stroke:#8a94a0;stroke-width:1}
.rdr .card.born{stroke:#1b1f24;stroke-width:2.5}
.rdr .card.died{fill:#ffffff;stroke-dasharray:5 3;stroke:#4d5661;stroke-width:1.5}
.rdr .card.changed{stroke:#1b1f24;stroke-width:1.5}
.rdr .pill{fill:#eef1f4;stroke:#8a94a0;stroke-width:1;stroke-dasharray:2 2}
.rdr .kind{font-weight:bold;font-size:10.5px}
.rdr .name{font-weight:bold}
.rdr .key,.rdr .count,.rdr .small{fill:#4d5661;font-size:10px}
.rdr .value{font-size:10px}
.rdr .hot{fill:#ffe9c4}
.rdr .hottext{font-weight:bold}
.rdr .server{fill:#0072b2}
.rdr .file{fill:#d55e00}
.rdr .handle{fill:#009e73}
.rdr .request{fill:#cc79a7}
.rdr .wire{fill:#56b4e9}
.rdr .mup{fill:#e69f00}
.rdr .kernel{fill:#7a8490}
.rdr .app{fill:#1b1f24}
.rdr .home{fill:none;stroke:#6b7580;stroke-width:1.4}
.rdr .pointer{fill:none;stroke:#0072b2;stroke-width:1.1;stroke-dasharray:4 3}
.rdr .pointer.changed{stroke:#d55e00;stroke-width:2}
.rdr .tip{fill:#0072b2}
.rdr .tip.changed{fill:#d55e00}
.rdr .tip.belongs{fill:#6b7580}
.rdr .life{stroke:#b4bcc5;stroke-width:1;stroke-dasharray:3 4}
.rdr .bar{fill:#e9edf1;stroke:#8a94a0;stroke-width:1}
.rdr .call{fill:none;stroke:#1b1f24;stroke-width:1.3}
.rdr .back{fill:none;stroke:#4d5661;stroke-width:1.2;stroke-dasharray:5 3}
.rdr .calltip{fill:#1b1f24}
.rdr .backtip{fill:none;stroke:#4d5661;stroke-width:1.3}
.rdr .bad{fill:#b03a00;font-weight:bold}
.rdr .note{fill:#fff7df;stroke:#c9a227;stroke-width:1}
.rdr .rule{stroke:#d5dae0;stroke-width:1}
@media screen and (prefers-color-scheme:dark){
.rdr .bg{fill:#14181d}
.rdr text{fill:#e6e9ed}
.rdr .h2,.rdr .key,.rdr .count,.rdr .small{fill:#a9b3be}
.rdr .card{fill:#1d232a;stroke:#6b7580}
.rdr .card.born,.rdr .card.changed{stroke:#f2f4f6}
.rdr .card.died{fill:#14181d;stroke:#a9b3be}
.rdr .pill{fill:#252c34;stroke:#6b7580}
.rdr .hot{fill:#5a4310}
.rdr .server{fill:#3d9bd4}
.rdr .file{fill:#e87a2a}
.rdr .handle{fill:#20b890}
.rdr .kernel{fill:#8a94a0}
.rdr .app{fill:#e6e9ed}
.rdr .home{stroke:#8a94a0}
.rdr .pointer{stroke:#56b4e9}
.rdr .pointer.changed{stroke:#e87a2a}
.rdr .tip{fill:#56b4e9}
.rdr .tip.changed{fill:#e87a2a}
.rdr .tip.belongs{fill:#8a94a0}
.rdr .life{stroke:#4d5661}
.rdr .bar{fill:#2a323b;stroke:#6b7580}
.rdr .call{stroke:#e6e9ed}
.rdr .back{stroke:#a9b3be}
.rdr .calltip{fill:#e6e9ed}
.rdr .backtip{stroke:#a9b3be}
.rdr .bad{fill:#ff9d66}
.rdr .note{fill:#3a3216;stroke:#c9a227}
.rdr .rule{stroke:#333c46}
}
)css";

} // namespace

std::string_view svgStyle()
{
    return kStyle;
}

void svgBegin(
    std::ostream& out,
    std::uint32_t width,
    std::uint32_t height,
    std::string_view title,
    std::string_view description,
    bool isInline)
{
    if (!isInline) {
        out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    }
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rdr\" role=\"img\" width=\"" << width
        << "\" height=\"" << height << "\" viewBox=\"0 0 " << width << ' ' << height
        << "\">\n<title>" << xmlText(title) << "</title>\n<desc>" << xmlText(description)
        << "</desc>\n";
    if (!isInline) {
        out << "<style>" << kStyle << "</style>\n";
    }
    out << "<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n";
}

void svgEnd(std::ostream& out)
{
    out << "</svg>\n";
}

} // namespace rdrlab::trace
