// A field for one SQL statement: key words in colour, completion, Ctrl+Enter runs it.
#pragma once

#include <QPlainTextEdit>

class QCompleter;
class QStringListModel;

namespace rdrlab::gui {

class SqlEditor : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit SqlEditor(QWidget* parent = nullptr);
    /// What completion offers.
    void setWords(const QStringList& words);

Q_SIGNALS:
    void run();
    void wantsOlder();
    void wantsNewer();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Highlighter;
    QString wordBefore() const;
    void complete(const QString& word);
    void offer(bool always);

    Highlighter* m_highlighter;
    QCompleter* m_completer;
    QStringListModel* m_words;
};

} // namespace rdrlab::gui
