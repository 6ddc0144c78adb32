#include "gui/inspect/sqleditor.h"

#include "gui/models/sqlmodel.h"
#include "gui/themes/theme.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QFontDatabase>
#include <QKeyEvent>
#include <QRegularExpression>
#include <QScrollBar>
#include <QStringListModel>
#include <QSyntaxHighlighter>

namespace rdrlab::gui {

namespace {
constexpr qsizetype kLeastToOffer = 2; // letters of a word
}

class SqlEditor::Highlighter : public QSyntaxHighlighter
{
public:
    explicit Highlighter(QTextDocument* document)
        : QSyntaxHighlighter(document)
        , m_keywords(
              QStringLiteral("\\b(%1)\\b").arg(sqlKeywords().join(QLatin1Char('|'))),
              QRegularExpression::CaseInsensitiveOption)
        , m_strings(QStringLiteral("'[^']*'?"))
        , m_comments(QStringLiteral("--.*$"))
    {
    }

protected:
    void highlightBlock(const QString& text) override
    {
        QTextCharFormat keyword;
        keyword.setForeground(theme().accent);
        keyword.setFontWeight(QFont::Bold);
        QTextCharFormat string;
        string.setForeground(theme().warned);
        QTextCharFormat comment;
        comment.setForeground(theme().dim);
        const auto paint = [&](const QRegularExpression& what, const QTextCharFormat& format) {
            for (auto it = what.globalMatch(text); it.hasNext();) {
                const QRegularExpressionMatch match = it.next();
                setFormat(int(match.capturedStart()), int(match.capturedLength()), format);
            }
        };
        paint(m_keywords, keyword);
        paint(m_strings, string); // a word in a text is no key word
        paint(m_comments, comment);
    }

private:
    QRegularExpression m_keywords;
    QRegularExpression m_strings;
    QRegularExpression m_comments;
};

SqlEditor::SqlEditor(QWidget* parent)
    : QPlainTextEdit(parent)
    , m_highlighter(new Highlighter(document()))
    , m_completer(new QCompleter(this))
    , m_words(new QStringListModel(this))
{
    setTabChangesFocus(true); // Tab leaves the field
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPointSizeF(font().pointSizeF());
    setFont(fixed);
    m_completer->setModel(m_words);
    m_completer->setWidget(this);
    m_completer->setCaseSensitivity(Qt::CaseInsensitive);
    m_completer->setModelSorting(QCompleter::CaseInsensitivelySortedModel);
    connect(
        m_completer, qOverload<const QString&>(&QCompleter::activated), this, &SqlEditor::complete);
    connect(&Themes::instance(), &Themes::changed, this, [this] { m_highlighter->rehighlight(); });
}

void SqlEditor::setWords(const QStringList& words)
{
    m_words->setStringList(words);
}

// The letters of the word that ends at the cursor.
QString SqlEditor::wordBefore() const
{
    const QString line = textCursor().block().text().left(textCursor().positionInBlock());
    qsizetype at = line.size();
    while (at > 0 && (line[at - 1].isLetterOrNumber() || line[at - 1] == QLatin1Char('_'))) {
        --at;
    }
    return line.mid(at);
}

void SqlEditor::complete(const QString& word)
{
    QTextCursor cursor = textCursor();
    cursor.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor, int(wordBefore().size()));
    cursor.insertText(word);
    setTextCursor(cursor);
}

void SqlEditor::offer(bool always)
{
    const QString word = wordBefore();
    if (!always && word.size() < kLeastToOffer) {
        m_completer->popup()->hide();
        return;
    }
    m_completer->setCompletionPrefix(word);
    const bool isWhole = m_completer->completionCount() == 1
        && m_completer->currentCompletion().compare(word, Qt::CaseInsensitive) == 0;
    if (m_completer->completionCount() == 0 || isWhole) {
        m_completer->popup()->hide();
        return;
    }
    QRect place = cursorRect();
    place.setWidth(
        m_completer->popup()->sizeHintForColumn(0)
        + m_completer->popup()->verticalScrollBar()->sizeHint().width());
    m_completer->complete(place);
    m_completer->popup()->setCurrentIndex(m_completer->completionModel()->index(0, 0));
}

void SqlEditor::keyPressEvent(QKeyEvent* event)
{
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter && event->modifiers() & Qt::ControlModifier) {
        m_completer->popup()->hide();
        Q_EMIT run();
        return;
    }
    if (m_completer->popup()->isVisible()
        && (isEnter || event->key() == Qt::Key_Tab || event->key() == Qt::Key_Escape)) {
        event->ignore(); // the list takes it
        return;
    }
    if (event->modifiers() == Qt::AltModifier
        && (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down)) {
        event->key() == Qt::Key_Up ? Q_EMIT wantsOlder() : Q_EMIT wantsNewer();
        return;
    }
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::ControlModifier) {
        offer(true);
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
    const bool isTyped = !event->text().isEmpty() && event->text()[0].isPrint();
    if (isTyped || (event->key() == Qt::Key_Backspace && m_completer->popup()->isVisible())) {
        offer(false);
    }
}

} // namespace rdrlab::gui
