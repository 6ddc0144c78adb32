#include "gui/compare/maskeditor.h"

#include "gui/models/texts.h"
#include "gui/themes/theme.h"

#include <QDialogButtonBox>
#include <QFile>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QScopedValueRollback>
#include <QTabWidget>
#include <QTreeView>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {
constexpr qint64 kLargestFile = 1 << 20;
}

MaskEditor::MaskEditor(
    const trace::DiffMask& mask, const trace::DiffMask& standard, QWidget* parent)
    : QDialog(parent)
    , m_standard(standard)
    , m_model(mask)
    , m_list(new QTreeView)
    , m_text(new QPlainTextEdit)
    , m_answer(new QLabel)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setWindowTitle(tr("What the comparison leaves out"));
    const int letter = fontMetrics().averageCharWidth();
    resize(letter * 92, fontMetrics().height() * 30);
    auto* layout = new QVBoxLayout(this);
    auto* intro = new QLabel(tr("Two runs never share times, thread numbers and the like. What is "
                                "checked here does not count as a difference."));
    intro->setWordWrap(true);
    layout->addWidget(intro);
    auto* tabs = new QTabWidget;
    m_list->setModel(&m_model);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAccessibleName(tr("Categories that are left out"));
    m_list->header()->resizeSection(MaskModel::Name, letter * 22);
    tabs->addTab(m_list, tr("&Categories"));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setAccessibleName(tr("The mask as TOML text"));
    m_text->setTabChangesFocus(true);
    tabs->addTab(m_text, tr("As &text"));
    layout->addWidget(tabs, 1);
    m_answer->setWordWrap(true);
    layout->addWidget(m_answer);
    layout->addWidget(m_buttons);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("C&ompare"));
    const auto add = [&](const QString& words, const QString& hint, auto run) {
        QPushButton* button = m_buttons->addButton(words, QDialogButtonBox::ActionRole);
        button->setToolTip(hint);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, run);
    };
    add(tr("&Standard"), tr("What two runs of one program never share"),
        [this] { m_model.setMask(m_standard); });
    add(tr("&Load…"), tr("From a TOML file, as rdrlab diff --print-mask writes it"),
        [this] { load(); });
    add(tr("Sa&ve…"), tr("As a TOML file for rdrlab diff --mask"), [this] { save(); });
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &MaskEditor::showText);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &MaskEditor::showText);
    connect(m_text, &QPlainTextEdit::textChanged, this, &MaskEditor::readText);
    showText();
}

void MaskEditor::showText()
{
    if (!m_isShowing) {
        const QScopedValueRollback guard(m_isShowing, true);
        m_text->setPlainText(QString::fromStdString(m_model.mask().print()));
        m_answer->clear();
        m_buttons->button(QDialogButtonBox::Ok)->setEnabled(true);
    }
}

void MaskEditor::readText()
{
    if (m_isShowing) {
        return;
    }
    const QScopedValueRollback guard(m_isShowing, true);
    std::string error;
    auto mask = trace::DiffMask::parse(m_text->toPlainText().toStdString(), error);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(mask.has_value());
    m_answer->setText(mask ? QString() : QStringLiteral("✖ ") + texts::foreign(error));
    if (mask) {
        m_model.setMask(std::move(*mask));
    }
}

bool MaskEditor::setText(const QString& text)
{
    m_text->setPlainText(text);
    return m_buttons->button(QDialogButtonBox::Ok)->isEnabled();
}

QString MaskEditor::text() const
{
    return m_text->toPlainText();
}

void MaskEditor::load()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Load a mask"), {}, tr("Masks (*.toml);;All files (*)"));
    if (path.isEmpty()) {
        return;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        m_answer->setText(tr("✖ %1 cannot be read: %2").arg(path, file.errorString()));
    } else if (file.size() > kLargestFile) {
        m_answer->setText(tr("✖ %1 is too large for a mask.").arg(path));
    } else {
        setText(QString::fromUtf8(file.readAll()));
    }
}

void MaskEditor::save()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the mask"), QStringLiteral("mask.toml"), tr("Masks (*.toml)"));
    if (path.isEmpty()) {
        return;
    }
    QSaveFile file(path);
    const QByteArray bytes = text().toUtf8();
    const bool good
        = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
    m_answer->setText(
        good ? tr("Written: %1").arg(path)
             : tr("✖ %1 cannot be written: %2").arg(path, file.errorString()));
}

} // namespace rdrlab::gui
