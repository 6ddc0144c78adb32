#include "gui/models/comparetexts.h"

#include "gui/models/texts.h"
#include "traces/query/diff/describe.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <QStringList>

namespace rdrlab::gui::comparetexts {

namespace {

// The words of this file belong to no class.
struct Words
{
    Q_DECLARE_TR_FUNCTIONS(comparetexts)
};

QString count(std::uint64_t number)
{
    return QLocale().toString(qulonglong(number));
}

} // namespace

QString sign(RowMark mark)
{
    switch (mark) {
    case RowMark::Between:
    case RowMark::Moved:
        return QStringLiteral("↕");
    case RowMark::Changed:
        return QStringLiteral("~");
    case RowMark::OnlyA:
        return QStringLiteral("−");
    case RowMark::OnlyB:
        return QStringLiteral("+");
    default:
        return {};
    }
}

QString word(RowMark mark)
{
    switch (mark) {
    case RowMark::Same:
        return Words::tr("the same");
    case RowMark::LeftOut:
        return Words::tr("left out by the mask");
    case RowMark::Between:
        return Words::tr("the same, between other calls");
    case RowMark::Moved:
        return Words::tr("at another point");
    case RowMark::Changed:
        return Words::tr("changed");
    case RowMark::OnlyA:
        return Words::tr("only in A");
    case RowMark::OnlyB:
        return Words::tr("only in B");
    }
    return {};
}

QColor colour(RowMark mark)
{
    switch (mark) {
    case RowMark::OnlyA:
        return colour(DiffSide::A);
    case RowMark::OnlyB:
        return colour(DiffSide::B);
    case RowMark::Changed:
        return theme().markerB;
    default:
        return theme().dim;
    }
}

RowMark markOf(trace::DiffOp op, trace::DiffOrder order)
{
    switch (op) {
    case trace::DiffOp::Changed:
        return RowMark::Changed;
    case trace::DiffOp::Missing:
        return RowMark::OnlyA;
    case trace::DiffOp::Extra:
        return RowMark::OnlyB;
    case trace::DiffOp::LeftOut:
        return RowMark::LeftOut;
    case trace::DiffOp::Same:
        break;
    }
    return order == trace::DiffOrder::Kept   ? RowMark::Same
        : order == trace::DiffOrder::Between ? RowMark::Between
                                             : RowMark::Moved;
}

QString letter(DiffSide side)
{
    return side == DiffSide::A ? QStringLiteral("A") : QStringLiteral("B");
}

QColor colour(DiffSide side)
{
    return side == DiffSide::A ? theme().changed : theme().removed;
}

QString event(const trace::Reader& reader, const trace::Event& event)
{
    const trace::EventTitle title = trace::eventTitle(reader, event);
    return texts::foreign(title.layer + " " + title.kind + " " + title.routine);
}

QString request(const Comparison& comparison, const trace::DiffRequest& request)
{
    const DiffSide side = request.a != 0 ? DiffSide::A : DiffSide::B;
    const trace::Reader& reader = comparison.reader(side);
    const Seq first = request.a != 0 ? request.a : request.b;
    QString text;
    if (request.isOutside) {
        const trace::Event event = comparison.events(side).event(first);
        text = texts::foreign(reader.processName(event.process)) + QStringLiteral("  ")
            + Words::tr("outside of calls (%1)").arg(texts::layer(event.layer));
    } else {
        const trace::RequestTitle title = trace::requestTitle(reader, first, false);
        text = texts::foreign(title.process) + QStringLiteral("  ") + texts::foreign(title.routine)
            + QStringLiteral("  ") + texts::foreign(title.path);
    }
    return text.trimmed();
}

QString details(const Comparison& comparison, const trace::Difference& difference)
{
    constexpr std::size_t kShown = 3;
    QStringList parts;
    const auto all = trace::detailsOf(comparison.diff(), difference);
    for (std::size_t i = 0; i < all.size() && i < kShown; ++i) {
        const auto shown = [](const std::string& text) {
            return text.empty() ? QStringLiteral("–") : texts::foreign(text);
        };
        const QString what = texts::foreign(all[i].what) + QLatin1Char(' ');
        parts += difference.op == trace::DiffOp::Missing ? what + shown(all[i].a)
            : difference.op == trace::DiffOp::Extra
            ? what + shown(all[i].b)
            : what + shown(all[i].a) + QStringLiteral(" → ") + shown(all[i].b);
    }
    if (all.size() > kShown) {
        parts += Words::tr("and %n more", nullptr, int(all.size() - kShown));
    }
    return parts.join(QStringLiteral(", "));
}

QString tally(const std::array<std::uint64_t, kRowMarks>& counts)
{
    QStringList parts;
    for (const RowMark mark :
         { RowMark::Changed, RowMark::OnlyA, RowMark::OnlyB, RowMark::Moved, RowMark::Between }) {
        if (counts[std::size_t(mark)] != 0) {
            parts += QStringLiteral("%1 %2 %3")
                         .arg(sign(mark), count(counts[std::size_t(mark)]), word(mark));
        }
    }
    return parts.join(QStringLiteral(", "));
}

QString summary(const Comparison& comparison)
{
    const trace::TraceDiff& diff = comparison.diff();
    const trace::DiffCounts& counts = diff.counts();
    if (diff.isSame() && counts.reordered() == 0) {
        return QStringLiteral("✓ ")
            + Words::tr("The traces are the same: %1 events in both, nothing differs.")
                  .arg(count(counts.same));
    }
    if (diff.isSame()) {
        return QStringLiteral("✓ ")
            + Words::tr(
                  "The traces are the same but for the order, which the mask leaves out: %1 events "
                  "stand at another point.")
                  .arg(count(counts.reordered()));
    }
    if (diff.causes().empty()) {
        return Words::tr(
                   "Nothing differs but the order: %1 events met other calls at another point.")
            .arg(count(counts.between));
    }
    std::array<std::uint64_t, kRowMarks> marks {};
    marks[std::size_t(RowMark::Changed)] = counts.changed;
    marks[std::size_t(RowMark::OnlyA)] = counts.missing;
    marks[std::size_t(RowMark::OnlyB)] = counts.extra;
    marks[std::size_t(RowMark::Moved)] = counts.inside + counts.elsewhere;
    marks[std::size_t(RowMark::Between)] = counts.between;
    return Words::tr("%n first divergence(s)", nullptr, int(diff.causes().size()))
        + QStringLiteral(":  ") + tally(marks) + QStringLiteral(";  ")
        + Words::tr("%1 events the same").arg(count(counts.same));
}

QString leftOut(const Comparison& comparison)
{
    QStringList names;
    const trace::DiffMask& mask = comparison.diff().mask();
    for (const std::string& name : mask.names()) {
        if (mask.ignores(name)) {
            names += texts::foreign(name);
        }
    }
    return names.isEmpty()
        ? Words::tr("Nothing is left out.")
        : Words::tr("Left out by the mask: %1.").arg(names.join(QLatin1String(", ")));
}

QString title(const trace::Reader& reader)
{
    QString text = QFileInfo(QString::fromStdString(reader.path())).fileName();
    const QString scenario
        = texts::foreign(reader.meta("scenario")).section(QLatin1Char('\n'), 0, 0);
    text += scenario.isEmpty() ? QString() : QStringLiteral(" – ") + scenario;
    const QString seed = texts::foreign(reader.meta("seed"));
    text += seed.isEmpty() ? QString() : Words::tr(", seed %1").arg(seed);
    return reader.isComplete() ? text : text + Words::tr(" (incomplete)");
}

} // namespace rdrlab::gui::comparetexts
