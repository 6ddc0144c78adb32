#include "gui/models/document.h"

#include <QFileInfo>
#include <algorithm>
#include <cstdlib>

namespace rdrlab::gui {

namespace {
constexpr int kShortestLookMs = 250; // between two looks at a growing file
constexpr int kRestFactor = 3; // a slow load is followed by a rest of this many times its length
}

TraceDocument::TraceDocument(QObject* parent)
    : QObject(parent)
    , m_background(this)
{
    m_follow.setInterval(kShortestLookMs);
    connect(&m_follow, &QTimer::timeout, this, &TraceDocument::lookAgain);
    connect(&m_background, &Background::progressed, this, &TraceDocument::progressed);
}

TraceDocument::~TraceDocument() = default;

QString TraceDocument::title() const
{
    return QFileInfo(m_path).fileName();
}

void TraceDocument::open(const QString& path)
{
    m_background.cancel();
    m_follow.stop();
    m_lookWanted = false;
    m_path = path;
    m_error.clear();
    m_loaded.reset();
    m_state = State::Loading;
    Q_EMIT stateChanged();
    start();
}

void TraceDocument::cancel()
{
    m_background.cancel();
    if (m_state == State::Loading) {
        m_state = State::Empty;
        Q_EMIT stateChanged();
    }
}

void TraceDocument::lookNow()
{
    if (m_background.isRunning()) {
        m_lookWanted = true;
    } else if (m_state == State::Ready && !m_loaded->reader->isComplete()) {
        start();
    }
}

QPair<qint64, QDateTime> TraceDocument::stampOfFile() const
{
    QPair<qint64, QDateTime> stamp(0, {});
    for (const char* const suffix : { "", "-wal", "-journal" }) {
        const QFileInfo info(m_path + QLatin1String(suffix));
        if (info.exists()) {
            stamp.first += info.size();
            stamp.second = std::max(stamp.second, info.lastModified());
        }
    }
    return stamp;
}

void TraceDocument::load(const std::string& path, Loaded& loaded, Background::Control& control)
{
    loaded.reader = trace::Reader::open(path, loaded.error);
    if (loaded.reader == nullptr) {
        return;
    }
    loaded.spine = std::make_unique<trace::Spine>(*loaded.reader);
    TraceIndex::Progress progress;
    progress.tell = [&](std::uint64_t done, std::uint64_t total) { control.tell(done, total); };
    progress.cancelled = &control.cancelled();
    loaded.index = TraceIndex::build(*loaded.reader, *loaded.spine, progress);
    if (loaded.index == nullptr) {
        return;
    }
    loaded.reader->string(1); // the dictionary, which the views need at once, is read here
    loaded.events = std::make_unique<EventStore>(*loaded.reader, *loaded.spine);
    loaded.cursor = std::make_unique<trace::StateCursor>(*loaded.reader);
}

void TraceDocument::start()
{
    m_loading.start();
    m_stamp = stampOfFile();
    auto loaded = std::make_shared<Loaded>();
    m_background.start(
        [loaded, path = m_path.toStdString()](Background::Control& control) {
            load(path, *loaded, control);
        },
        [this, loaded] { take(loaded); });
}

void TraceDocument::take(const std::shared_ptr<Loaded>& loaded)
{
    const bool again = m_state == State::Ready;
    if (std::exchange(m_lookWanted, false)) {
        // After this one has been dealt with.
        QMetaObject::invokeMethod(this, &TraceDocument::lookNow, Qt::QueuedConnection);
    }
    if (loaded->index == nullptr) {
        if (!again) { // a look that failed while following is repeated later
            m_state = State::Failed;
            m_error = QString::fromStdString(loaded->error);
            Q_EMIT stateChanged();
            Q_EMIT failed(m_error);
        }
        return;
    }
    m_loaded = loaded;
    m_state = State::Ready;
    if (m_loaded->reader->isComplete()) {
        m_follow.stop();
    } else {
        m_follow.start(std::max(kShortestLookMs, int(m_loading.elapsed()) * kRestFactor));
    }
    if (again) {
        Q_EMIT grew();
    } else {
        Q_EMIT stateChanged();
        Q_EMIT ready();
    }
}

void TraceDocument::lookAgain()
{
    if (!m_background.isRunning() && stampOfFile() != m_stamp) {
        start();
    }
}

Seq TraceDocument::firstOfScenario() const
{
    if (!isReady()) {
        return 1;
    }
    const Seq setup = std::strtoull(reader().meta("setup_events", "0").c_str(), nullptr, 10);
    return std::clamp<Seq>(setup + 1, 1, std::max<Seq>(1, lastSeq()));
}

trace::StateCursor& TraceDocument::stateAt(Seq seq) const
{
    m_loaded->cursor->moveTo(seq);
    return *m_loaded->cursor;
}

} // namespace rdrlab::gui
