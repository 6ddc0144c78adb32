// What the object graph shows, as a file: PNG and SVG as it is painted, DOT for Graphviz.
#include "gui/graph/graphpanel.h"
#include "gui/models/texts.h"
#include "traces/exporters/picture.h"
#include "traces/exporters/text.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <cmath>
#include <sstream>

namespace rdrlab::gui {

namespace {

constexpr double kPngScale = 2; // sharp on paper and large screens
constexpr double kLongestSide = 16'000; // pixels
constexpr double kMostPixels = 120e6;

// Beyond what any picture can hold the scale falls.
double scaleFor(QSizeF size)
{
    const double side = std::max({ size.width(), size.height(), 1.0 });
    const double area = std::max(size.width() * size.height(), 1.0);
    return std::min({ kPngScale, kLongestSide / side, std::sqrt(kMostPixels / area) });
}

std::string utf8(const QString& text)
{
    return text.toStdString();
}

// The scene as the exporters know a drawing: what they write is what is shown, no more and no less.
trace::Picture pictureOf(const GraphScene& scene)
{
    const trace::Reader& reader = scene.document()->reader();
    trace::Picture picture;
    picture.at = scene.at();
    picture.title = trace::traceTitle(reader);
    for (const GraphNode& each : scene.nodes()) {
        trace::PictureNode node;
        node.object = each.object;
        node.kind = each.kind;
        node.canonical = utf8(scene.titleOf(each.object));
        node.name = utf8(scene.nameOf(each.object));
        node.references = scene.referencesOf(each.object);
        node.mark = each.mark == GraphMark::Born ? trace::PictureNode::Mark::Born
            : each.mark == GraphMark::Died       ? trace::PictureNode::Mark::Died
            : each.mark == GraphMark::Changed    ? trace::PictureNode::Mark::Changed
                                                 : trace::PictureNode::Mark::None;
        node.place.column = trace::layoutColumn(each.kind);
        const int room
            = GraphLayout::lines(each.kind) - (GraphLayout::hasNameLine(each.kind) ? 2 : 1);
        for (const GraphLine& from : scene.linesOf(each.object)) {
            trace::PictureLine line;
            line.key = utf8(from.key);
            line.value = utf8(
                from.isChanged && !from.isNew ? from.before + QStringLiteral(" → ") + from.value
                                              : from.value);
            line.target = from.target;
            line.isChanged = from.isChanged;
            if (int(node.lines.size()) < room) {
                node.lines.push_back(line);
            }
            node.all.push_back(std::move(line));
        }
        picture.nodes.push_back(std::move(node));
    }
    for (const GraphPill& pill : scene.pills()) {
        trace::PictureNode node;
        // Graphviz wants a number nobody has: those of objects end where these begin.
        node.object = trace::ObjectId(0xC0000000u + picture.nodes.size());
        node.kind = pill.kind;
        node.folded = pill.count;
        node.place.column = trace::layoutColumn(pill.kind);
        const std::size_t home = scene.indexOf(pill.home);
        if (home != GraphScene::kNothing) {
            picture.edges.push_back(
                { picture.nodes.size(), home, {}, SIZE_MAX, true, false, false });
        }
        picture.nodes.push_back(std::move(node));
    }
    for (std::size_t i = 0; i < scene.nodes().size(); ++i) {
        const std::size_t home = scene.indexOf(scene.nodes()[i].home);
        if (home != GraphScene::kNothing) {
            picture.edges.push_back({ i, home, {}, SIZE_MAX, true, false, false });
        }
    }
    for (const GraphEdge& edge : scene.edges()) {
        if (edge.isHome) {
            continue; // the line of ownership stands for it, as on the canvas
        }
        trace::PictureEdge pointer;
        pointer.from = edge.from;
        pointer.to = edge.to;
        pointer.field = std::string(reader.string(edge.field));
        pointer.isPointer = true;
        pointer.isChanged = edge.isChanged;
        const std::vector<trace::PictureLine>& lines = picture.nodes[edge.from].lines;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i].key == pointer.field) {
                pointer.line = i;
            }
        }
        picture.edges.push_back(std::move(pointer));
    }
    return picture;
}

} // namespace

QString GraphPanel::saveDot(const QString& path)
{
    std::ostringstream out;
    trace::describePicture(pictureOf(m_scene), out);
    const std::string text = out.str();
    QSaveFile file(path);
    const bool good = file.open(QIODevice::WriteOnly)
        && file.write(text.data(), qint64(text.size())) == qint64(text.size()) && file.commit();
    return good ? QString() : tr("%1 cannot be written: %2").arg(path, file.errorString());
}

QString GraphPanel::save(const QString& path)
{
    if (m_layout == nullptr || m_scene.nodes().empty()) {
        return tr("No objects are shown.");
    }
    const QString suffix = QFileInfo(path).suffix().toLower();
    const QSizeF size = m_view->sizeOfAll();
    if (suffix == QLatin1String("dot") || suffix == QLatin1String("gv")) {
        return saveDot(path);
    }
    if (suffix == QLatin1String("svg")) {
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly)) {
            return tr("%1 cannot be written: %2").arg(path, file.errorString());
        }
        QSvgGenerator generator;
        generator.setOutputDevice(&file);
        generator.setSize(size.toSize());
        generator.setViewBox(QRectF(QPointF(), size));
        generator.setTitle(texts::foreign(trace::traceTitle(m_session->document.reader())));
        generator.setDescription(m_scene.summary());
        QPainter painter(&generator);
        m_view->paintAll(painter);
        painter.end();
        return file.commit() ? QString()
                             : tr("%1 cannot be written: %2").arg(path, file.errorString());
    }
    const double scale = scaleFor(size);
    QImage image((size * scale).toSize(), QImage::Format_RGB32);
    if (image.isNull()) {
        return tr("Not enough memory for a picture of this size.");
    }
    QPainter painter(&image);
    painter.scale(scale, scale);
    m_view->paintAll(painter);
    painter.end();
    return image.save(path, "PNG") ? QString() : tr("%1 cannot be written.").arg(path);
}

void GraphPanel::exportShown()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the object graph"), QStringLiteral("objects.png"),
        tr("PNG (*.png);;SVG (*.svg);;Graphviz (*.dot)"));
    if (path.isEmpty()) {
        return;
    }
    const QString error = save(path);
    Q_EMIT said(error.isEmpty() ? tr("Written: %1").arg(path) : error);
}

} // namespace rdrlab::gui
