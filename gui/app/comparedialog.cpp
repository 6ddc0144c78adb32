#include "gui/app/comparedialog.h"

#include "gui/models/comparetexts.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

namespace rdrlab::gui {

CompareDialog::CompareDialog(
    const QStringList& open, const QStringList& recent, const QString& first, QWidget* parent)
    : QDialog(parent)
    , m_answer(new QLabel)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setWindowTitle(tr("Compare two traces"));
    auto* layout = new QVBoxLayout(this);
    auto* grid = new QGridLayout;
    grid->setColumnStretch(1, 1);
    for (const DiffSide side : kBothSides) {
        const int row = int(side);
        auto* label = new QLabel(side == DiffSide::A ? tr("&A (before):") : tr("&B (after):"));
        auto* box = new QComboBox;
        m_boxes[std::size_t(side)] = box;
        box->setMinimumContentsLength(48);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setAccessibleName(tr("Trace %1").arg(comparetexts::letter(side)));
        label->setBuddy(box);
        for (const QString& path : open + recent) {
            if (box->findData(path) < 0 && QFileInfo::exists(path)) {
                choose(side, path);
            }
        }
        box->setCurrentIndex(-1);
        auto* browse = new QPushButton(side == DiffSide::A ? tr("&File…") : tr("F&ile…"));
        browse->setAccessibleName(tr("Choose a file for %1").arg(comparetexts::letter(side)));
        connect(browse, &QPushButton::clicked, this, [this, side] { this->browse(side); });
        connect(box, &QComboBox::currentIndexChanged, this, &CompareDialog::check);
        grid->addWidget(label, row, 0);
        grid->addWidget(box, row, 1);
        grid->addWidget(browse, row, 2);
    }
    layout->addLayout(grid);
    m_answer->setWordWrap(true);
    layout->addWidget(m_answer);
    layout->addWidget(m_buttons);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Compare"));
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    if (!first.isEmpty()) {
        choose(DiffSide::A, first);
    }
    for (const QString& path : open + recent) {
        if (path != first && QFileInfo::exists(path)) {
            choose(DiffSide::B, path);
            break;
        }
    }
    check();
}

void CompareDialog::choose(DiffSide side, const QString& path)
{
    QComboBox* box = m_boxes[std::size_t(side)];
    int at = box->findData(path);
    if (at < 0) {
        const QFileInfo info(path);
        at = box->count();
        box->addItem(info.fileName() + QStringLiteral("   ") + info.absolutePath(), path);
        box->setItemData(at, path, Qt::ToolTipRole);
    }
    box->setCurrentIndex(at);
}

QString CompareDialog::path(DiffSide side) const
{
    return m_boxes[std::size_t(side)]->currentData().toString();
}

void CompareDialog::browse(DiffSide side)
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Trace %1").arg(comparetexts::letter(side)),
        QFileInfo(this->path(otherSide(side))).absolutePath(),
        tr("Traces (*.rdrtrace);;All files (*)"));
    if (!path.isEmpty()) {
        choose(side, QFileInfo(path).absoluteFilePath());
    }
}

void CompareDialog::check()
{
    if (m_boxes[1] == nullptr) {
        return; // still being made
    }
    const QString a = path(DiffSide::A);
    const QString b = path(DiffSide::B);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(!a.isEmpty() && !b.isEmpty());
    m_answer->setText(
        a.isEmpty() || b.isEmpty() ? tr("Choose two traces, for example two runs of one scenario "
                                        "with different seeds.")
            : a == b               ? tr("Both are the same file: nothing will differ.")
                                   : QString());
}

} // namespace rdrlab::gui
