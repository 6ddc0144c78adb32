#include "gui/app/keysheet.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

KeySheet::KeySheet(Actions& actions, QWidget* parent)
    : QDialog(parent)
    , m_actions(actions)
    , m_model(actions)
    , m_list(new QTreeView(this))
    , m_keys(new QKeySequenceEdit(this))
    , m_answer(new QLabel(this))
{
    setWindowTitle(tr("Keys"));
    resize(640, 560);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    m_list->setModel(&m_model);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAlternatingRowColors(true);
    m_list->setAccessibleName(tr("Commands and keys"));
    m_list->header()->setSectionResizeMode(ActionsModel::Command, QHeaderView::Stretch);
    m_list->header()->setStretchLastSection(false);
    m_list->resizeColumnToContents(ActionsModel::Keys);
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(tr("New &keys for the selected command:"), this);
    label->setBuddy(m_keys);
    m_keys->setAccessibleName(tr("New keys"));
    auto* bindButton = new QPushButton(tr("&Bind"), this);
    auto* none = new QPushButton(tr("&No keys"), this);
    row->addWidget(label);
    row->addWidget(m_keys, 1);
    row->addWidget(bindButton);
    row->addWidget(none);
    layout->addLayout(row);
    layout->addWidget(m_answer);
    m_answer->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(this);
    layout->addWidget(buttons);
    auto* saveButton = buttons->addButton(tr("&Save as…"), QDialogButtonBox::ActionRole);
    auto* loadButton = buttons->addButton(tr("&Load…"), QDialogButtonBox::ActionRole);
    buttons->addButton(QDialogButtonBox::RestoreDefaults);
    QPushButton* closeButton = buttons->addButton(QDialogButtonBox::Close);
    setTabOrder(loadButton, closeButton);
    saveButton->setToolTip(tr("Writes the keys bound here into a file, for another machine."));
    loadButton->setToolTip(tr("Binds the keys of such a file."));
    connect(saveButton, &QPushButton::clicked, this, &KeySheet::save);
    connect(loadButton, &QPushButton::clicked, this, &KeySheet::load);
    connect(bindButton, &QPushButton::clicked, this, &KeySheet::bind);
    connect(none, &QPushButton::clicked, this, [this] {
        const QModelIndex current = m_list->currentIndex();
        if (current.isValid()) {
            m_actions.setKeys(m_model.entry(current.row()).id, {});
            m_answer->clear();
        }
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(
        buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, &actions,
        &Actions::resetKeys);
    m_list->setCurrentIndex(m_model.index(0, 0));
}

void KeySheet::save()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save keys"), QStringLiteral("rdrlab-keys.json"), tr("Keys (*.json)"));
    if (path.isEmpty()) {
        return;
    }
    const QByteArray text = m_actions.toJson();
    QSaveFile file(path);
    const bool good
        = file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit();
    m_answer->setText(
        good ? tr("Written: %1").arg(path)
             : tr("%1 cannot be written: %2").arg(path, file.errorString()));
}

void KeySheet::load()
{
    const QString path
        = QFileDialog::getOpenFileName(this, tr("Load keys"), {}, tr("Keys (*.json)"));
    if (path.isEmpty()) {
        return;
    }
    constexpr qint64 kLargestFile = 1 << 20;
    QFile file(path);
    QString error;
    if (!file.open(QIODevice::ReadOnly) || file.size() > kLargestFile) {
        m_answer->setText(tr("%1 cannot be read").arg(path));
    } else if (!m_actions.fromJson(file.readAll(), error)) {
        m_answer->setText(error);
    } else {
        m_answer->setText(tr("Bound."));
    }
}

void KeySheet::bind()
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid() || m_keys->keySequence().isEmpty()) {
        m_answer->setText(tr("Choose a command and press the keys first."));
        return;
    }
    const QString owner
        = m_actions.setKeys(m_model.entry(current.row()).id, { m_keys->keySequence() });
    if (owner.isEmpty()) {
        m_answer->setText(tr("Bound."));
        m_keys->clear();
    } else {
        m_answer->setText(tr("These keys belong to “%1”; give that command others first.")
                              .arg(m_actions.find(owner)->text().remove(QLatin1Char('&'))));
    }
}

} // namespace rdrlab::gui
