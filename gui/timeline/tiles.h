// The lanes of a timeline as pictures, so that panning copies and zooming does not wait.
//
// A tile is what one lane shows in 512 content pixels. A frame paints tiles itself as long as its
// budget lasts; the rest is painted on a thread, and until it is there the tiles of the zoom before
// stand in for it, stretched.
#pragma once

#include "gui/timeline/lanepainter.h"

#include <QElapsedTimer>
#include <QHash>
#include <QImage>
#include <QSet>
#include <QThreadPool>
#include <atomic>

namespace rdrlab::gui {

/// All that a tile depends on. The painting thread shares it, so nothing of it changes.
struct TileScene
{
    std::shared_ptr<const LaneSet> lanes;
    Axis axis; // its scrolling does not matter
    Theme theme;
    std::vector<LaneShape> shapes; // of the lanes
    qreal pixelRatio = 1;
};

class TileCache : public QObject
{
    Q_OBJECT
public:
    static constexpr int kWidth = 512; // content pixels

    explicit TileCache(QObject* parent = nullptr);
    /// Waits for the tile that is being painted.
    ~TileCache() override;

    void show(TileScene scene);

    /// To be called before the tiles of a frame are drawn: its budget starts.
    void beginFrame();
    /// Draws the tile with its top left corner `at`, or what stands in for it.
    void draw(QPainter& painter, int lane, std::int64_t column, QPointF at);
    /// Has a tile painted that may be needed soon.
    void prepare(int lane, std::int64_t column);

    /// Everything that was asked for is painted.
    bool isComplete() const { return m_asked.isEmpty(); }

Q_SIGNALS:
    /// A tile that was asked for is there.
    void painted();

private:
    struct Generation
    {
        std::shared_ptr<const TileScene> scene;
        QHash<quint64, QImage> tiles;
        qint64 bytes = 0;
    };
    static quint64 keyOf(int lane, std::int64_t column);
    static QImage paint(const TileScene& scene, int lane, std::int64_t column);
    void ask(int lane, std::int64_t column, int priority);
    void keep(quint64 key, const QImage& image);
    void drawBefore(QPainter& painter, int lane, std::int64_t column, QPointF at) const;

    Generation m_now;
    Generation m_before; // no scene: nothing to stand in
    QSet<quint64> m_asked;
    QElapsedTimer m_frame;
    std::atomic<std::uint64_t> m_generation = 0;
    QThreadPool m_pool; // of one thread
};

} // namespace rdrlab::gui
