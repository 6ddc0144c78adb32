#include "gui/models/explain.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <algorithm>

namespace rdrlab::gui {

namespace {

constexpr qsizetype kLongestName = 200; // text of a trace may be anything
constexpr qsizetype kMostParts = 64; // a flag word has no more bits
constexpr std::size_t kPartsInTip = 12; // more would cover the view it explains

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), qsizetype(utf8.size()));
}

const trace::Explanation* find(const QString& name)
{
    const QByteArray utf8 = name.toUtf8();
    return trace::explain({ utf8.constData(), std::size_t(utf8.size()) });
}

QString rich(const trace::Explanation& entry)
{
    return QStringLiteral("<b>%1</b> <i>%2</i><br>%3")
        .arg(
            explanationTitle(entry).toHtmlEscaped(), explanationKind(entry).toHtmlEscaped(),
            explanationText(entry).toHtmlEscaped());
}

} // namespace

const trace::Explanation* explanationOf(const QString& given)
{
    // The signs that the views put before a name: severity, changed, struck out.
    qsizetype begin = 0;
    while (begin < given.size() && !given[begin].isLetterOrNumber()
           && given[begin] != QLatin1Char('(')) {
        ++begin;
    }
    const QString name = given.mid(begin, kLongestName).trimmed();
    if (name.isEmpty()) {
        return nullptr;
    }
    if (const trace::Explanation* entry = find(name)) {
        return entry;
    }
    if (const trace::Explanation* entry = find(QStringLiteral("IRP_MJ_") + name)) {
        return entry;
    }
    // An object by its name on screen: the kind stands before the first blank.
    const qsizetype blank = name.indexOf(QLatin1Char(' '));
    const trace::Explanation* entry = blank > 0 ? find(name.left(blank)) : nullptr;
    return entry != nullptr && entry->kind == "structure" ? entry : nullptr;
}

std::vector<const trace::Explanation*> explanationsOf(const QString& value)
{
    std::vector<const trace::Explanation*> found;
    if (const trace::Explanation* whole = explanationOf(value)) {
        return { whole };
    }
    if (!value.contains(QLatin1Char('|'))) {
        return found;
    }
    const QStringList parts = value.split(QLatin1Char('|'), Qt::SkipEmptyParts);
    for (const QString& part : parts.mid(0, kMostParts)) {
        const trace::Explanation* entry = explanationOf(part);
        if (entry != nullptr && std::find(found.begin(), found.end(), entry) == found.end()) {
            found.push_back(entry);
        }
    }
    return found;
}

trace::Language explanationLanguage()
{
    // The default locale is that of the language of the texts, see Languages::choose().
    return QLocale().language() == QLocale::German ? trace::Language::German
                                                   : trace::Language::English;
}

QString explanationKind(const trace::Explanation& entry)
{
    return text(trace::inLanguage(entry, explanationLanguage()).kind);
}

QString explanationText(const trace::Explanation& entry)
{
    return text(trace::inLanguage(entry, explanationLanguage()).text);
}

QString explanationTitle(const trace::Explanation& entry)
{
    return QString::fromStdString(trace::titleOf(entry, explanationLanguage()));
}

QString explanationPage(const trace::Explanation& entry)
{
    return QCoreApplication::translate("Explanations", "See: %1")
        .arg(QString::fromStdString(trace::pageOf(entry, explanationLanguage())));
}

QString explainTip(const QString& name, const QString& above)
{
    return explainTip(explanationsOf(name), above);
}

QString explainTip(const std::vector<const trace::Explanation*>& entries, const QString& above)
{
    if (entries.empty()) {
        return above;
    }
    QString tip = QStringLiteral("<qt>");
    if (!above.isEmpty()) {
        tip += QStringLiteral("<p>%1</p>")
                   .arg(above.toHtmlEscaped().replace(QLatin1Char('\n'), QLatin1String("<br>")));
    }
    for (std::size_t i = 0; i < std::min(entries.size(), kPartsInTip); ++i) {
        tip += QStringLiteral("<p>%1</p>").arg(rich(*entries[i]));
    }
    if (entries.size() > kPartsInTip) {
        tip += QStringLiteral("<p>…</p>");
    } else if (entries.size() == 1) {
        tip += QStringLiteral("<p><small>%1</small></p>")
                   .arg(explanationPage(*entries[0]).toHtmlEscaped());
    }
    return tip + QStringLiteral("</qt>");
}

const trace::Explanation* explanationOfRoutine(const trace::Event& event, const QString& name)
{
    const QByteArray utf8 = name.left(kLongestName).toUtf8();
    return trace::explainRoutine(
        event.kind, event.layer, { utf8.constData(), std::size_t(utf8.size()) });
}

} // namespace rdrlab::gui
