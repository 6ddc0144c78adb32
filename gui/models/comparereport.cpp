#include "gui/models/comparereport.h"

#include "traces/exporters/diff_html.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QSaveFile>
#include <ostream>

namespace rdrlab::gui {

namespace {

// The words of this file belong to no class.
struct Words
{
    Q_DECLARE_TR_FUNCTIONS(comparereport)
};

// A stream into a device that ends when the work is cancelled: the exporters stop at a failed
// stream.
class DeviceBuffer : public std::streambuf
{
public:
    DeviceBuffer(QIODevice& device, const std::atomic<bool>& cancelled)
        : m_device(device)
        , m_cancelled(cancelled)
    {
        setp(m_bytes.data(), m_bytes.data() + m_bytes.size());
    }

protected:
    int_type overflow(int_type byte) override
    {
        if (sync() != 0) {
            return traits_type::eof();
        }
        if (!traits_type::eq_int_type(byte, traits_type::eof())) {
            *pptr() = traits_type::to_char_type(byte);
            pbump(1);
        }
        return traits_type::not_eof(byte);
    }

    int sync() override
    {
        const auto count = qint64(pptr() - pbase());
        const bool good = !m_cancelled && m_device.write(pbase(), count) == count;
        setp(m_bytes.data(), m_bytes.data() + m_bytes.size());
        return good ? 0 : -1;
    }

private:
    QIODevice& m_device;
    const std::atomic<bool>& m_cancelled;
    std::array<char, 16384> m_bytes {};
};

QString write(
    const trace::TraceDiff& diff,
    ReportKind kind,
    const QString& path,
    const std::atomic<bool>& cancelled)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) {
        return Words::tr("%1 cannot be written: %2").arg(path, file.errorString());
    }
    DeviceBuffer buffer(file, cancelled);
    std::ostream out(&buffer);
    trace::DiffTextOptions options;
    options.everything = true;
    options.durations = true;
    constexpr long kContext = 3;
    constexpr unsigned kWide = 160;
    switch (kind) {
    case ReportKind::Html:
        trace::exportDiffHtml(diff, out);
        break;
    case ReportKind::Json:
        trace::exportDiffJson(diff, false, out);
        break;
    case ReportKind::Text:
        trace::exportDiffText(diff, options, out);
        break;
    case ReportKind::Aligned:
        options.width = kWide;
        trace::exportDiffAligned(diff, kContext, options, out);
        break;
    }
    out.flush();
    if (cancelled) {
        return {}; // what was written goes with `file`
    }
    if (!out || !file.commit()) {
        return Words::tr("%1 cannot be written: %2").arg(path, file.errorString());
    }
    return {};
}

} // namespace

ReportKind reportKindOf(const QString& path)
{
    const QString suffix = QFileInfo(path).suffix().toLower();
    return suffix.startsWith(QLatin1String("htm")) ? ReportKind::Html
        : suffix == QLatin1String("json")          ? ReportKind::Json
                                                   : ReportKind::Text;
}

void writeReport(
    const Comparison& comparison,
    ReportKind kind,
    const QString& path,
    Background& background,
    std::function<void(const QString& error)> done)
{
    const auto error = std::make_shared<QString>();
    background.start(
        [=, diff = comparison.sharedDiff(), a = comparison.path(DiffSide::A).toStdString(),
         b = comparison.path(DiffSide::B).toStdString()](Background::Control& control) {
            std::string problem;
            const auto readerA = trace::Reader::open(a, problem);
            const auto readerB = readerA != nullptr ? trace::Reader::open(b, problem) : nullptr;
            if (readerB == nullptr) {
                *error = QString::fromStdString(problem);
                return;
            }
            *error = write(*diff->through(*readerA, *readerB), kind, path, control.cancelled());
        },
        [error, done = std::move(done)] { done(*error); });
}

} // namespace rdrlab::gui
