#include "gui/timeline/tiles.h"

#include <QPainter>
#include <cmath>

namespace rdrlab::gui {

namespace {

constexpr qint64 kMostBytes = 64LL << 20; // of a generation
constexpr double kBudgetMs = 5; // that a frame paints tiles itself
constexpr int kMostStandIns = 16; // tiles of before under one of now
constexpr int kSoon = -1; // priority of what is not in sight yet

bool looksAlike(const TileScene& one, const TileScene& other)
{
    return one.lanes == other.lanes && one.axis.kind() == other.axis.kind()
        && one.theme.id == other.theme.id
        && std::equal(
               one.shapes.begin(), one.shapes.end(), other.shapes.begin(), other.shapes.end(),
               [](const LaneShape& a, const LaneShape& b) {
                   return a.height == b.height && a.rowHeight == b.rowHeight;
               });
}

} // namespace

TileCache::TileCache(QObject* parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
    m_frame.start();
}

TileCache::~TileCache()
{
    ++m_generation; // what is queued does nothing any more
    m_pool.clear();
    m_pool.waitForDone();
}

quint64 TileCache::keyOf(int lane, std::int64_t column)
{
    constexpr quint64 kMostLanes = 4096;
    return quint64(column) * kMostLanes + quint64(lane);
}

void TileCache::show(TileScene scene)
{
    ++m_generation;
    m_pool.clear();
    m_asked.clear();
    if (!m_now.tiles.isEmpty()) {
        m_before = std::move(m_now);
    }
    if (m_before.scene != nullptr && !looksAlike(*m_before.scene, scene)) {
        m_before = {};
    }
    m_now = {};
    m_now.scene = std::make_shared<const TileScene>(std::move(scene));
}

void TileCache::beginFrame()
{
    m_frame.start();
}

QImage TileCache::paint(const TileScene& scene, int lane, std::int64_t column)
{
    const LaneShape& shape = scene.shapes[std::size_t(lane)];
    QImage image(
        int(std::ceil(kWidth * scene.pixelRatio)), int(std::ceil(shape.height * scene.pixelRatio)),
        QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scene.pixelRatio);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    const double from = double(column) * kWidth;
    LanePainter(*scene.lanes, scene.axis, scene.theme)
        .paint(painter, scene.lanes->lanes()[std::size_t(lane)], shape, from, from + kWidth);
    return image;
}

void TileCache::keep(quint64 key, const QImage& image)
{
    if (m_now.bytes > kMostBytes) {
        m_now.tiles.clear();
        m_now.bytes = 0;
    }
    m_now.bytes += image.sizeInBytes();
    m_now.tiles.insert(key, image);
}

void TileCache::draw(QPainter& painter, int lane, std::int64_t column, QPointF at)
{
    const quint64 key = keyOf(lane, column);
    const auto found = m_now.tiles.constFind(key);
    if (found != m_now.tiles.constEnd()) {
        painter.drawImage(at, *found);
    } else if (!m_asked.contains(key) && double(m_frame.nsecsElapsed()) < kBudgetMs * 1e6) {
        const QImage image = paint(*m_now.scene, lane, column);
        keep(key, image);
        painter.drawImage(at, image);
    } else {
        ask(lane, column, 0);
        drawBefore(painter, lane, column, at);
    }
}

void TileCache::prepare(int lane, std::int64_t column)
{
    if (column >= 0 && !m_now.tiles.contains(keyOf(lane, column))) {
        ask(lane, column, kSoon);
    }
}

void TileCache::ask(int lane, std::int64_t column, int priority)
{
    const quint64 key = keyOf(lane, column);
    if (m_asked.contains(key)) {
        return;
    }
    m_asked.insert(key);
    const auto work
        = [this, scene = m_now.scene, generation = m_generation.load(), key, lane, column] {
              if (generation != m_generation) {
                  return;
              }
              const auto arrived = [this, generation, key, image = paint(*scene, lane, column)] {
                  if (generation == m_generation) {
                      m_asked.remove(key);
                      keep(key, image);
                      Q_EMIT painted();
                  }
              };
              QMetaObject::invokeMethod(this, arrived, Qt::QueuedConnection);
          };
    m_pool.start(QRunnable::create(work), priority);
}

void TileCache::drawBefore(QPainter& painter, int lane, std::int64_t column, QPointF at) const
{
    if (m_before.scene == nullptr) {
        return;
    }
    const double ratio = m_before.scene->pixelRatio;
    // A content pixel of before is so many of now.
    const double scale = m_before.scene->axis.perPixel() / m_now.scene->axis.perPixel();
    const double from = double(column) * kWidth / scale;
    const double to = double(column + 1) * kWidth / scale;
    const auto first = std::int64_t(std::floor(from / kWidth));
    const auto last = std::int64_t(std::floor(to / kWidth));
    if (last - first > kMostStandIns) {
        return;
    }
    for (std::int64_t each = first; each <= last; ++each) {
        const auto found = m_before.tiles.constFind(keyOf(lane, each));
        const double start = double(each) * kWidth;
        const double left = std::max(from, start);
        const double right = std::min(to, start + kWidth);
        if (found == m_before.tiles.constEnd() || left >= right) {
            continue;
        }
        const double height = m_before.scene->shapes[std::size_t(lane)].height;
        painter.drawImage(
            QRectF(at.x() + (left - from) * scale, at.y(), (right - left) * scale, height), *found,
            QRectF((left - start) * ratio, 0, (right - left) * ratio, found->height()));
    }
}

} // namespace rdrlab::gui
