// The texts of the visualizer in other languages: nothing is forgotten, nothing is cut off.
#include "gui/i18n/languages.h"
#include "tests/gui/guisupport.h"
#include "tests/gui/walker.h"

#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QHash>
#include <QLocale>
#include <QMenu>
#include <QMenuBar>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QTranslator>
#include <QXmlStreamReader>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

struct Message
{
    QString context;
    QString source;
    QString comment;
    QStringList translations; // more than one: plural forms
    bool isPlural = false;
    bool isFinished = false;
};

std::vector<Message> messagesOf(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    std::vector<Message> messages;
    QString context;
    Message message;
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement()) {
            const QStringView name = xml.name();
            if (name == QLatin1String("name")) {
                context = xml.readElementText();
            } else if (name == QLatin1String("message")) {
                message = {};
                message.context = context;
                message.isPlural = xml.attributes().hasAttribute(QStringLiteral("numerus"));
            } else if (name == QLatin1String("source")) {
                message.source = xml.readElementText();
            } else if (name == QLatin1String("comment")) {
                message.comment = xml.readElementText();
            } else if (name == QLatin1String("translation")) {
                message.isFinished = !xml.attributes().hasAttribute(QStringLiteral("type"));
                if (!message.isPlural) {
                    message.translations += xml.readElementText();
                }
            } else if (name == QLatin1String("numerusform")) {
                message.translations += xml.readElementText();
            }
        } else if (xml.isEndElement() && xml.name() == QLatin1String("message")) {
            messages.push_back(message);
        }
    }
    REQUIRE_FALSE(xml.hasError());
    return messages;
}

// The texts of the sources as they are now; what lupdate has to say about them goes to
// `complaints`.
QString
updated(const QTemporaryDir& folder, const char* file, bool onlyPlurals, QString& complaints)
{
    const QString kept = QStringLiteral(RDRLAB_SOURCE "/gui/i18n/") + QString::fromLatin1(file);
    const QString path = folder.filePath(QString::fromLatin1(file));
    REQUIRE(QFile::copy(kept, path));
    QStringList arguments { QStringLiteral("-I"), QStringLiteral(RDRLAB_SOURCE),
                            QStringLiteral("-locations"), QStringLiteral("none"),
                            QStringLiteral("-no-obsolete") };
    if (onlyPlurals) {
        arguments += QStringLiteral("-pluralonly");
    }
    arguments += { QStringLiteral(RDRLAB_SOURCE "/gui"), QStringLiteral("-ts"), path };
    QProcess lupdate;
    lupdate.start(QStringLiteral(RDRLAB_LUPDATE), arguments);
    REQUIRE(lupdate.waitForFinished(60'000));
    REQUIRE(lupdate.exitCode() == 0);
    complaints = QString::fromUtf8(lupdate.readAllStandardError());
    return path;
}

// What a text asks to be filled in, in order of number.
QStringList blanksOf(const QString& text)
{
    static const QRegularExpression blank(QStringLiteral("%(?:L?[0-9]{1,2}|n)"));
    QStringList blanks;
    for (auto it = blank.globalMatch(text); it.hasNext();) {
        blanks += it.next().captured();
    }
    blanks.removeDuplicates();
    blanks.sort();
    return blanks;
}

// A language that is nobody's: every letter has an accent, every text is 40 % longer and stands in
// brackets, so that one sees what was not translated and what has no room.
class Pseudo : public QTranslator
{
public:
    explicit Pseudo(const std::vector<Message>& messages)
    {
        for (const Message& message : messages) {
            m_known.insert(key(message.context, message.source));
        }
    }
    bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* source, const char*, int) const override
    {
        const QString text = QString::fromUtf8(source);
        const QString where = QString::fromUtf8(context);
        const bool isQt = where.startsWith(QLatin1Char('Q')) && !where.contains(QLatin1Char(':'));
        return isQt || m_known.contains(key(where, text)) ? of(text) : QString();
    }
    static QString of(const QString& text)
    {
        static const QString plain = QStringLiteral("aeiouncyszAEIOUNCYSZ");
        static const QString accented = QStringLiteral("âéîöüñçÿšžÂÉÎÖÜÑÇŸŠŽ");
        QString result;
        bool inTag = false;
        for (qsizetype i = 0; i < text.size(); ++i) {
            const QChar letter = text[i];
            inTag = letter == QLatin1Char('<')
                ? i + 1 < text.size() && (text[i + 1].isLetter() || text[i + 1] == QLatin1Char('/'))
                : letter == QLatin1Char('>') ? false
                                             : inTag;
            const bool isBlank = i > 0 && text[i - 1] == QLatin1Char('%');
            const qsizetype at = inTag || isBlank ? -1 : plain.indexOf(letter);
            result += at >= 0 ? accented[at] : letter;
        }
        return kOpen + result + QLatin1Char(' ')
            + QString(std::max<qsizetype>(1, text.size() * 2 / 5 - 3), QChar(0x00F8)) + kClose;
    }
    static constexpr QChar kOpen { 0x27E6 };
    static constexpr QChar kClose { 0x27E7 };

private:
    static QString key(const QString& context, const QString& source)
    {
        return context + QChar(1) + source;
    }
    QSet<QString> m_known;
};

// Whether a text is a name of the field, a file, a number or a key, which no language changes.
bool isName(const QString& text)
{
    static const QRegularExpression word(QStringLiteral("[A-Za-z]{2,}"));
    if (!text.contains(word)) {
        return true;
    }
    static const QSet<QString> names
        = { QStringLiteral("rdrlab"), QStringLiteral("English"), QStringLiteral("Deutsch"),
            QStringLiteral("CPU"),    QStringLiteral("IRQL"),    QStringLiteral("SMB2"),
            QStringLiteral("SQL"),    QStringLiteral("NTSTATUS") };
    // One word as programs write them: MRxCreate, LOWIO_OP_READ.
    static const QRegularExpression identifier(
        QStringLiteral("^\\S*(?:[a-z][A-Z]|_|[A-Z]{2})\\S*$"));
    return names.contains(text) || text.contains(identifier)
        || text.contains(QStringLiteral(".rdrtrace"))
        || (text.startsWith(QLatin1Char('/')) && !text.contains(QLatin1Char(' ')));
}

} // namespace

TEST_CASE("every text that is shown goes through the translation and has room", "[gui]")
{
    const QTemporaryDir folder;
    QString complaints;
    const std::vector<Message> messages
        = messagesOf(updated(folder, "rdrlab_de.ts", false, complaints));
    REQUIRE(messages.size() > 300);
    Pseudo pseudo(messages);
    struct Guard
    {
        explicit Guard(Pseudo& translator) { QApplication::installTranslator(&translator); }
        ~Guard() { QApplication::setLayoutDirection(Qt::LeftToRight); }
    };
    const Guard guard(pseudo); // ~QTranslator takes it out again
    for (const Qt::LayoutDirection direction : { Qt::LeftToRight, Qt::RightToLeft }) {
        QApplication::setLayoutDirection(direction);
        MainWindow window;
        window.resize(1366, 768);
        window.show();
        QTest::qWait(1);
        QHash<QString, QString> untranslated;
        QSet<QString> clipped;
        const auto visit = [&](QWidget& top) {
            for (const testing::Shown& shown : testing::textsOf(top)) {
                if (!shown.text.contains(Pseudo::kOpen) && !isName(shown.text)) {
                    untranslated.insert(shown.text, shown.where); // each once
                }
            }
            for (const QString& one : testing::clippedIn(top)) {
                clipped.insert(one);
            }
        };
        testing::visitAll(window, visit);
        Session* session = window.openTrace(testing::sample("01-first-open"));
        REQUIRE(testing::waitUntilLoaded(*session));
        testing::visitAll(window, visit);
        for (auto it = untranslated.cbegin(); it != untranslated.cend(); ++it) {
            UNSCOPED_INFO(
                "not translated: “" << it.key().toStdString() << "”, " << it.value().toStdString());
        }
        CHECK(untranslated.isEmpty());
        for (const QString& one : clipped) {
            UNSCOPED_INFO("no room: " << one.toStdString());
        }
        CHECK(clipped.isEmpty());
        CHECK(testing::coloursIn(window.timeline().viewport()->grab().toImage(), 20) == 20);
    }
}

TEST_CASE("no text lacks its German, and every blank of it is filled", "[gui]")
{
    const QTemporaryDir folder;
    QString complaints;
    const std::vector<Message> german
        = messagesOf(updated(folder, "rdrlab_de.ts", false, complaints));
    // Such as a tr() outside of a class: lupdate would look for it elsewhere than the program.
    CHECK(complaints.toStdString() == "");
    for (const Message& message : german) {
        INFO(message.context.toStdString() << ": " << message.source.toStdString());
        CHECK(message.isFinished);
        REQUIRE(message.translations.size() == (message.isPlural ? 2 : 1));
        for (const QString& translation : message.translations) {
            CHECK_FALSE(translation.isEmpty());
        }
        // One thing need not be counted, many must be.
        CHECK(blanksOf(message.translations.back()) == blanksOf(message.source));
        const bool endsInDots = message.source.endsWith(QChar(0x2026));
        CHECK(message.translations.back().endsWith(QChar(0x2026)) == endsInDots);
    }
    for (const Message& message : messagesOf(updated(folder, "rdrlab_en.ts", true, complaints))) {
        INFO(message.context.toStdString() << ": " << message.source.toStdString());
        CHECK(message.isFinished);
        REQUIRE(message.translations.size() == 2);
        for (const QString& translation : message.translations) {
            CHECK(blanksOf(translation) == blanksOf(message.source));
            CHECK_FALSE(translation.contains(QStringLiteral("(s)")));
        }
    }
}

TEST_CASE(
    "in each language menus have letters of their own, and a projector is wide enough", "[gui]")
{
    for (const char* const language : { "en", "de" }) {
        Languages::instance().choose(QString::fromLatin1(language));
        MainWindow window;
        QSet<QChar> letters;
        for (const QAction* menu : window.menuBar()->actions()) {
            const qsizetype at = menu->text().indexOf(QLatin1Char('&'));
            INFO(language << ": " << menu->text().toStdString());
            REQUIRE(at >= 0);
            CHECK_FALSE(letters.contains(menu->text()[at + 1].toLower()));
            letters.insert(menu->text()[at + 1].toLower());
            CHECK_FALSE(menu->menu()->isEmpty());
        }
        window.resize(1366, 768);
        window.show();
        QTest::qWait(1);
        for (const QDockWidget* dock : window.findChildren<QDockWidget*>()) {
            UNSCOPED_INFO(
                dock->objectName().toStdString()
                << " is at least " << dock->minimumSizeHint().width() << " wide");
        }
        CHECK(window.width() <= 1366);
    }
    Languages::instance().choose(QStringLiteral("en"));
    QLocale::setDefault(QLocale::c());
}
