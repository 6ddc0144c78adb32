#include "gui/models/explainpages.h"

#include "gui/models/stepper.h"
#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <algorithm>
#include <unordered_set>

namespace rdrlab::gui::explainpages {

namespace {

constexpr std::size_t kMostMatches = 100;
constexpr std::size_t kMostMentions = 24;
constexpr std::size_t kMostChanges = 12; // of one event
constexpr std::size_t kManyObjects = 200'000; // beyond that counting them by kind takes too long

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Explanations)
};

QString q(std::string_view text)
{
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

QString anchor(const trace::Explanation& entry, const QString& shown)
{
    return QStringLiteral("<a href=\"%1\">%2</a>")
        .arg(QString::fromLatin1(linkTo(entry).toEncoded()), shown.toHtmlEscaped());
}

QString toEvent(Seq seq)
{
    return QStringLiteral("<a href=\"seq:%1\">#%1</a>").arg(seq);
}

QString number(std::uint64_t value)
{
    return QLocale().toString(qulonglong(value));
}

// Name, kind, text and page: how an entry stands among others.
QString brief(const trace::Explanation& entry)
{
    // "error event" and "wire layer" say what they are.
    const bool saysItself
        = entry.kind == "event" || entry.kind == "layer" || entry.kind == "reason";
    return QStringLiteral("<p><b>%1</b> <i>%2</i><br>%3<br><small>%4</small></p>")
        .arg(
            anchor(entry, explanationTitle(entry)),
            saysItself ? QString() : explanationKind(entry).toHtmlEscaped(),
            linked(explanationText(entry), &entry),
            QString::fromStdString(trace::pageOf(entry, explanationLanguage())).toHtmlEscaped());
}

// Names are told from plain words by their looks: RDBSS, SRV_OPEN, MRxCreate.
bool looksLikeName(QStringView word)
{
    return word.contains(QLatin1Char('_'))
        || std::count_if(word.begin(), word.end(), [](QChar letter) { return letter.isUpper(); })
        >= 2;
}

// A heading and the entries under it, each of a page only once.
class Page
{
public:
    void head(const QString& text) { m_head = text; }
    void say(const QString& html) { m_html += html; }
    void add(const trace::Explanation* entry)
    {
        if (entry != nullptr && m_seen.insert(entry).second) {
            flush();
            m_html += brief(*entry);
        }
    }
    void add(const QString& name)
    {
        for (const trace::Explanation* entry : explanationsOf(name)) {
            add(entry);
        }
    }
    void line(const QString& html)
    {
        flush();
        m_html += QStringLiteral("<p>%1</p>").arg(html);
    }
    QString html() const { return m_html; }

private:
    void flush()
    {
        if (!m_head.isEmpty()) {
            m_html += QStringLiteral("<h4>%1</h4>").arg(m_head.toHtmlEscaped());
            m_head.clear();
        }
    }
    QString m_head;
    QString m_html;
    std::unordered_set<const trace::Explanation*> m_seen; // looked up only
};

// Calls that `wanted` accepts: how many, and the nearest ones.
template <typename Wanted> QString callsLine(const TraceIndex& index, Seq at, Wanted wanted)
{
    std::uint64_t count = 0;
    Seq before = 0;
    Seq after = 0;
    for (const Call& call : index.calls) {
        if (wanted(call)) {
            ++count;
            before = call.begin < at ? call.begin : before;
            after = after == 0 && call.begin > at ? call.begin : after;
        }
    }
    if (count == 0) {
        return Words::tr("In this trace: no call.");
    }
    QString text
        = Words::tr("In this trace: %n call(s).", "", int(std::min<std::uint64_t>(count, INT_MAX)));
    if (before != 0) {
        text += QLatin1Char(' ') + Words::tr("The last before here: %1.").arg(toEvent(before));
    }
    if (after != 0) {
        text += QLatin1Char(' ') + Words::tr("The next: %1.").arg(toEvent(after));
    }
    return text;
}

QString inTrace(const trace::Explanation& entry, const TraceDocument& document, Seq at)
{
    const TraceIndex& index = *document.index();
    const trace::Reader& reader = document.reader();
    if (entry.kind == "status") {
        // Few statuses occur, so each is looked up once.
        std::vector<std::pair<std::int32_t, bool>> known;
        return callsLine(index, at, [&](const Call& call) {
            if (call.end == 0) {
                return false;
            }
            for (const auto& [status, isIt] : known) {
                if (status == call.status) {
                    return isIt;
                }
            }
            const bool isIt = trace::statusName(call.status) == entry.name;
            known.emplace_back(call.status, isIt);
            return isIt;
        });
    }
    if (entry.kind == "structure") {
        if (index.lifetimes.size() > kManyObjects) {
            return {};
        }
        std::uint64_t count = 0;
        std::uint64_t alive = 0;
        for (const trace::Object& object : reader.objects()) {
            if (trace::objectKindName(object.kind) == entry.name) {
                ++count;
                alive += object.birth <= at && (object.death == 0 || object.death > at) ? 1 : 0;
            }
        }
        return Words::tr("In this trace: %1, of which %2 exist here.")
            .arg(number(count), number(alive));
    }
    const trace::StringId name = reader.findString(entry.name);
    const bool isCall = entry.kind == "routine" || entry.kind == "request"
        || entry.kind == "exchange" || entry.kind == "system call";
    return isCall
        ? callsLine(index, at, [&](const Call& call) { return name != 0 && call.routine == name; })
        : QString();
}

} // namespace

QUrl linkTo(const trace::Explanation& entry)
{
    QUrl url;
    url.setScheme(QStringLiteral("explain"));
    url.setPath(QString::fromLatin1(QUrl::toPercentEncoding(q(entry.name))), QUrl::DecodedMode);
    return url;
}

QString linked(const QString& text, const trace::Explanation* self)
{
    static const QRegularExpression word(QStringLiteral("[A-Za-z][A-Za-z0-9_.]*[A-Za-z0-9]"));
    QString html;
    qsizetype done = 0;
    for (auto it = word.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const QStringView name = match.capturedView();
        if (!looksLikeName(name)) {
            continue;
        }
        const QByteArray bytes = name.toUtf8();
        const trace::Explanation* entry
            = trace::explain({ bytes.constData(), std::size_t(bytes.size()) });
        if (entry == nullptr || entry == self || name != q(entry->name)) {
            continue;
        }
        html += text.mid(done, match.capturedStart() - done).toHtmlEscaped()
            + anchor(*entry, name.toString());
        done = match.capturedEnd();
    }
    return html + text.mid(done).toHtmlEscaped();
}

QString entry(const trace::Explanation& entry, const TraceDocument* document, Seq at)
{
    Page page;
    page.say(QStringLiteral("<h3>%1</h3><p><i>%2</i></p><p>%3</p>")
                 .arg(
                     explanationTitle(entry).toHtmlEscaped(),
                     explanationKind(entry).toHtmlEscaped(),
                     linked(explanationText(entry), &entry)));
    page.say(
        QStringLiteral("<p><small>%1</small></p>").arg(explanationPage(entry).toHtmlEscaped()));
    if (document != nullptr && document->isReady()) {
        const QString places = inTrace(entry, *document, at);
        if (!places.isEmpty()) {
            page.line(places);
        }
    }
    QStringList mentions;
    const QString name = q(entry.name);
    if (looksLikeName(name)) {
        const QRegularExpression whole(QStringLiteral("(?<![A-Za-z0-9_])%1(?![A-Za-z0-9_])")
                                           .arg(QRegularExpression::escape(name)));
        for (const trace::Explanation& other : trace::explanations()) {
            const QString text = explanationText(other);
            if (&other != &entry && text.contains(name) && text.contains(whole)
                && std::size_t(mentions.size()) < kMostMentions) {
                mentions += anchor(other, explanationTitle(other));
            }
        }
    }
    if (!mentions.isEmpty()) {
        page.line(Words::tr("Mentioned by: %1").arg(mentions.join(QStringLiteral(", "))));
    }
    return page.html();
}

QString here(const TraceDocument& document, const Focus& focus)
{
    if (!document.isReady() || focus.seq() == 0) {
        return welcome();
    }
    const trace::Reader& reader = document.reader();
    const trace::Event event = document.events().event(focus.seq());
    Page page;
    // What was chosen stands first: it is what the person asked about.
    if (focus.object() != 0) {
        page.head(texts::object(reader, focus.object()));
        if (focus.field() != 0) {
            const QString field = texts::foreign(reader.string(focus.field()));
            const trace::ObjectState& state = document.stateAt(focus.seq()).of(focus.object());
            const auto value = state.fields.find(focus.field());
            page.add(field);
            if (value != state.fields.end()) {
                const QString text = texts::foreign(value->second.print());
                const auto parts = int(text.count(QLatin1Char('|'))) + 1;
                page.line(
                    parts == 1 ? Words::tr("Its value here: %1").arg(text.toHtmlEscaped())
                               : Words::tr("Set here: %n flag(s)", "", parts));
                page.add(text);
            }
        }
        page.add(texts::object(reader, focus.object()));
    }
    page.head(Words::tr("Event #%1").arg(focus.seq()));
    page.add(explanationOfRoutine(event, texts::foreign(reader.string(event.routine))));
    if (event.hasStatus) {
        page.add(texts::status(event.status));
    }
    page.add(texts::object(reader, event.object));
    std::size_t changes = 0;
    reader.changes(event.seq, event.seq, [&](const trace::FieldChange& change) {
        const QString after = texts::foreign(change.after.print());
        const QString field = texts::foreign(reader.string(change.field));
        const QString before = texts::foreign(change.before.print());
        page.head({});
        page.line((before.isEmpty() ? Words::tr("%1 is now %2").arg(field, after)
                                    : Words::tr("%1: %2 becomes %3").arg(field, before, after))
                      .toHtmlEscaped());
        page.add(field);
        page.add(after);
        return ++changes < kMostChanges;
    });
    const CallIndex around = step::callOf(document, event.seq);
    if (around != kNoCall && document.index()->calls[around].begin != event.seq) {
        const Call& call = document.index()->calls[around];
        page.head(Words::tr("In the call #%1").arg(call.begin));
        page.add(texts::foreign(reader.string(call.routine)));
        if (call.end != 0) {
            page.add(texts::status(call.status));
        }
    }
    page.head(Words::tr("This kind of event"));
    page.add(texts::kind(event.kind) + QStringLiteral(" event"));
    page.add(texts::layer(event.layer) + QStringLiteral(" layer"));
    return page.html();
}

QString ofTip(const QString& tip)
{
    static const QRegularExpression bold(QStringLiteral("<b>([^<]+)</b>"));
    Page page;
    page.head(Words::tr("Under the pointer"));
    for (auto it = bold.globalMatch(tip); it.hasNext();) {
        QString title = it.next().captured(1);
        title.replace(QLatin1String("&amp;"), QLatin1String("&"));
        const auto& all = trace::explanations();
        const auto titled = std::find_if(all.begin(), all.end(), [&](const auto& entry) {
            return explanationTitle(entry) == title;
        });
        page.add(titled != all.end() ? &*titled : nullptr);
    }
    return page.html();
}

std::vector<const trace::Explanation*> matches(const QString& typed)
{
    std::vector<std::pair<int, const trace::Explanation*>> ranked;
    const QString wanted = typed.trimmed();
    if (wanted.isEmpty()) {
        return {};
    }
    const trace::Explanation* exact = explanationOf(wanted);
    for (const trace::Explanation& entry : trace::explanations()) {
        const QString name = q(entry.name);
        const int rank = &entry == exact                   ? 0
            : name.startsWith(wanted, Qt::CaseInsensitive) ? 1
            : name.contains(wanted, Qt::CaseInsensitive)   ? 2
            : explanationTitle(entry).contains(wanted, Qt::CaseInsensitive)
                || explanationText(entry).contains(wanted, Qt::CaseInsensitive)
            ? 3
            : -1;
        if (rank >= 0) {
            ranked.emplace_back(rank, &entry);
        }
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    std::vector<const trace::Explanation*> found;
    for (const auto& [rank, entry] : ranked) {
        found.push_back(entry);
    }
    return found;
}

QString search(const QString& typed)
{
    const std::vector<const trace::Explanation*> found = matches(typed);
    Page page;
    if (found.empty()) {
        page.line(
            Words::tr("Nothing is explained that has “%1” in it.").arg(typed.toHtmlEscaped()));
        return page.html();
    }
    page.head(Words::tr("%n match(es)", "", int(found.size())));
    for (std::size_t i = 0; i < std::min(found.size(), kMostMatches); ++i) {
        page.add(found[i]);
    }
    if (found.size() > kMostMatches) {
        page.line(Words::tr("… and more: type another letter."));
    }
    return page.html();
}

QString welcome()
{
    return QStringLiteral("<p>%1</p><p>%2</p>")
        .arg(
            Words::tr("Step, or click anything: its routine, status, object and flags are "
                      "explained here.")
                .toHtmlEscaped(),
            Words::tr("Or type a name above.").toHtmlEscaped());
}

} // namespace rdrlab::gui::explainpages
