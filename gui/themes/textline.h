// A line of text that changes often: other than with a QLabel, nobody has to make room anew when it
// does, so that the window is not laid out and painted for a few letters.
#pragma once

#include <QWidget>

namespace rdrlab::gui {

class TextLine : public QWidget
{
    Q_OBJECT
public:
    explicit TextLine(QWidget* parent = nullptr);

    const QString& text() const { return m_text; }
    /// One line, not rich. What does not fit ends in an ellipsis and is told in full as a tool tip,
    /// unless there is one of its own.
    void setText(const QString& text);
    void clear() { setText({}); }

    /// As wide as the longest text so far, so that it asks for room seldom.
    void setTakesRoom(bool takes);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QString m_text;
    int m_widest = 0;
    bool m_takesRoom = false;
};

} // namespace rdrlab::gui
