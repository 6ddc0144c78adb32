// The object graph for Graphviz: a table per object, a rank per kind.
#include "traces/exporters/picture.h"
#include "traces/exporters/text.h"

#include <map>

namespace rdrlab::trace {

namespace {

// Graphviz knows neither classes nor dark backgrounds: the light colours.
std::string_view colourOf(std::string_view family)
{
    return family == "server" ? "#0072b2"
        : family == "file"    ? "#d55e00"
        : family == "handle"  ? "#009e73"
        : family == "request" ? "#cc79a7"
        : family == "wire"    ? "#56b4e9"
        : family == "mup"     ? "#e69f00"
                              : "#7a8490";
}

// Graphviz resolves entities and backslashes in quoted texts and in tables alike.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char letter : xmlText(text)) {
        out += letter == '\\' ? "\\\\" : std::string(1, letter == '\n' ? ' ' : letter);
    }
    return out;
}

std::string quoted(std::string_view text)
{
    return '"' + escaped(text) + '"';
}

std::string nodeName(const PictureNode& node)
{
    return "o" + std::to_string(node.object);
}

std::string cell(std::string_view attributes, std::string_view content)
{
    return "<tr><td align=\"left\"" + std::string(attributes) + ">" + std::string(content)
        + "</td></tr>";
}

void writeNode(std::ostream& out, const PictureNode& node)
{
    const std::string kind(objectKindName(node.kind));
    out << "  " << nodeName(node) << " [";
    if (node.folded != 0) {
        out << "shape=box style=\"dashed,rounded\" label="
            << quoted("+ " + std::to_string(node.folded) + " more " + kind) << "];\n";
        return;
    }
    const std::string_view mark = node.mark == PictureNode::Mark::Born ? "+ "
        : node.mark == PictureNode::Mark::Died                         ? "- "
        : node.mark == PictureNode::Mark::Changed                      ? "~ "
                                                                       : "";
    std::string head = std::string(mark) + "<b>" + kind
        + (node.name.starts_with("#") ? " " + escaped(node.name) : "") + "</b>";
    if (node.references) {
        head += "  refs " + std::to_string(*node.references);
    }
    std::string table = cell({}, head);
    if (!node.name.empty() && !node.name.starts_with("#")) {
        table += cell({}, escaped(node.name));
    }
    for (std::size_t i = 0; i < node.lines.size(); ++i) {
        const PictureLine& line = node.lines[i];
        table += cell(
            " port=\"f" + std::to_string(i) + "\"" + (line.isChanged ? " bgcolor=\"#ffe9c4\"" : ""),
            escaped(line.key) + ": " + escaped(cutEnd(line.value, 48)));
    }
    const int width = node.mark == PictureNode::Mark::None ? 1 : 2;
    out << "tooltip=" << quoted(node.canonical) << " label=<<table border=\"" << width
        << "\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\" color=\""
        << colourOf(pictureFamily(node.kind)) << '"'
        << (node.mark == PictureNode::Mark::Died ? " style=\"dashed\"" : "") << '>' << table
        << "</table>>];\n";
}

} // namespace

void describePicture(const Picture& picture, std::ostream& out)
{
    out << "digraph objects {\n  rankdir=LR;\n  newrank=true;\n  nodesep=0.2;\n  ranksep=0.6;\n"
        << "  labelloc=t;\n  label="
        << quoted(picture.title + " · objects after event #" + std::to_string(picture.at))
        << ";\n  fontname=\"monospace\";\n"
        << "  node [shape=plain fontname=\"monospace\" fontsize=10];\n"
        << "  edge [fontname=\"monospace\" fontsize=8 color=\"#6b7580\"];\n";
    std::map<std::uint32_t, std::string> ranks;
    for (const PictureNode& node : picture.nodes) {
        writeNode(out, node);
        ranks[node.place.column] += " " + nodeName(node) + ";";
    }
    // A row of invisible nodes keeps the columns apart, whatever points where.
    std::string columns;
    for (const auto& [column, names] : ranks) {
        const std::string anchor = "c" + std::to_string(column);
        columns += (columns.empty() ? "  " : " -> ") + anchor;
        out << "  " << anchor << " [style=invis width=0 label=\"\"];\n  { rank=same; " << anchor
            << ";" << names << " }\n";
    }
    out << columns << (ranks.size() > 1 ? " [style=invis];\n" : "\n");
    for (const PictureEdge& edge : picture.edges) {
        const std::string from = nodeName(picture.nodes[edge.from]);
        const std::string to = nodeName(picture.nodes[edge.to]);
        if (!edge.isPointer) {
            out << "  " << to << " -> " << from << " [arrowhead=none tooltip="
                << quoted(
                       picture.nodes[edge.from].canonical + " belongs to "
                       + picture.nodes[edge.to].canonical)
                << "];\n";
            continue;
        }
        const std::string port
            = edge.line != SIZE_MAX ? ":f" + std::to_string(edge.line) : std::string();
        if (picture.nodes[edge.from].place.column == picture.nodes[edge.to].place.column) {
            out << "  " << from << port << " -> " << to
                << " [style=dashed label=" << quoted(edge.field) << "];\n";
            continue;
        }
        // Against the order of columns, which ownership alone decides.
        out << "  " << to << " -> " << from << port
            << " [dir=back constraint=" << (edge.isHome ? "true" : "false style=dashed")
            << " label=" << quoted(edge.field)
            << (edge.isChanged ? " color=\"#d55e00\" penwidth=2" : "") << "];\n";
    }
    out << "}\n";
}

bool exportDot(const Reader& reader, const PictureOptions& options, std::ostream& out)
{
    const auto picture = makePicture(reader, options);
    if (picture) {
        describePicture(*picture, out);
    }
    return picture && bool(out);
}

} // namespace rdrlab::trace
