#include "gui/app/commandpalette.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

bool fuzzyMatch(const QString& typed, const QString& text, int& score)
{
    score = 0;
    qsizetype at = -1;
    for (const QChar letter : typed) {
        if (letter.isSpace()) {
            continue;
        }
        const qsizetype next = text.indexOf(letter, at + 1, Qt::CaseInsensitive);
        if (next < 0) {
            return false;
        }
        const bool beginsWord = next == 0 || !text[next - 1].isLetterOrNumber();
        score += next == at + 1 ? 0 : beginsWord ? 2 : int(std::min<qsizetype>(next - at, 20)) + 4;
        at = next;
    }
    return true;
}

class CommandPalette::Filter : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void type(const QString& text)
    {
        m_typed = text;
        invalidate();
        sort(0);
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override
    {
        int score = 0;
        const auto* actions = static_cast<const ActionsModel*>(sourceModel());
        return actions->entry(row).action->isEnabled()
            && fuzzyMatch(m_typed, text(row, parent), score);
    }
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override
    {
        int a = 0;
        int b = 0;
        fuzzyMatch(m_typed, text(left.row(), {}), a);
        fuzzyMatch(m_typed, text(right.row(), {}), b);
        return a != b ? a < b : left.row() < right.row();
    }

private:
    QString text(int row, const QModelIndex& parent) const
    {
        return sourceModel()->index(row, ActionsModel::Command, parent).data().toString();
    }
    QString m_typed;
};

CommandPalette::CommandPalette(Actions& actions, QWidget* parent)
    : QDialog(parent)
    , m_actions(actions)
    , m_model(actions)
    , m_filter(new Filter(this))
    , m_typed(new QLineEdit(this))
    , m_list(new QTreeView(this))
{
    setWindowTitle(tr("Commands"));
    resize(560, 380);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_typed);
    layout->addWidget(m_list);
    m_typed->setPlaceholderText(tr("Type some letters of a command"));
    m_typed->setAccessibleName(tr("Letters of a command"));
    m_typed->installEventFilter(this);
    m_filter->setSourceModel(&m_model);
    m_list->setModel(m_filter);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAccessibleName(tr("Commands"));
    m_list->header()->setSectionResizeMode(ActionsModel::Command, QHeaderView::Stretch);
    m_list->header()->setStretchLastSection(false);
    connect(m_typed, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->type(text);
        m_list->setCurrentIndex(m_filter->index(0, 0));
    });
    connect(m_list, &QTreeView::activated, this, &CommandPalette::run);
    m_filter->type({});
    m_list->setCurrentIndex(m_filter->index(0, 0));
    m_typed->setFocus();
}

bool CommandPalette::eventFilter(QObject* object, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            run();
            return true;
        }
        if (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down) {
            const int row = m_list->currentIndex().row() + (key->key() == Qt::Key_Up ? -1 : 1);
            const QModelIndex next = m_filter->index(row, 0);
            if (next.isValid()) {
                m_list->setCurrentIndex(next);
            }
            return true;
        }
    }
    return QDialog::eventFilter(object, event);
}

void CommandPalette::run()
{
    const QModelIndex current = m_filter->mapToSource(m_list->currentIndex());
    if (!current.isValid()) {
        return;
    }
    QAction* action = m_model.entry(current.row()).action;
    accept();
    action->trigger();
}

} // namespace rdrlab::gui
