#include "gui/live/faultdialog.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QComboBox>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

namespace rdrlab::gui {

namespace {

constexpr double kNsPerMs = 1e6;

struct Kind
{
    const char* id; // of fault{}
    const char* words;
};
const Kind kKinds[] = {
    { "close",
      QT_TRANSLATE_NOOP("rdrlab::gui::FaultDialog", "Close the connection instead of answering") },
    { "silent", QT_TRANSLATE_NOOP("rdrlab::gui::FaultDialog", "Never answer") },
    { "delay", QT_TRANSLATE_NOOP("rdrlab::gui::FaultDialog", "Answer late") },
    { "status", QT_TRANSLATE_NOOP("rdrlab::gui::FaultDialog", "Answer with another status") },
    { "garbage", QT_TRANSLATE_NOOP("rdrlab::gui::FaultDialog", "Answer with garbage") },
    { "oversize", QT_TRANSLATE_NOOP("rdrlab::gui::FaultDialog", "Announce a far too long answer") },
    { "bad_signature", QT_TRANSLATE_NOOP("rdrlab::gui::FaultDialog", "Sign the answer wrongly") },
};
const char* const kCommands[] = { "ANY",           "NEGOTIATE",
                                  "SESSION_SETUP", "LOGOFF",
                                  "TREE_CONNECT",  "TREE_DISCONNECT",
                                  "CREATE",        "CLOSE",
                                  "FLUSH",         "READ",
                                  "WRITE",         "LOCK",
                                  "IOCTL",         "CANCEL",
                                  "ECHO",          "QUERY_DIRECTORY",
                                  "CHANGE_NOTIFY", "QUERY_INFO",
                                  "SET_INFO",      "OPLOCK_BREAK" };

} // namespace

FaultDialog::FaultDialog(const LiveRun& run, QWidget* parent)
    : QDialog(parent)
    , m_server(new QComboBox(this))
    , m_kind(new QComboBox(this))
    , m_command(new QComboBox(this))
    , m_nth(new QSpinBox(this))
    , m_status(new QComboBox(this))
    , m_delay(new QDoubleSpinBox(this))
{
    setWindowTitle(tr("Disturb a server"));
    m_server->setObjectName(QStringLiteral("server"));
    m_kind->setObjectName(QStringLiteral("kind"));
    m_command->setObjectName(QStringLiteral("command"));
    m_nth->setObjectName(QStringLiteral("nth"));
    m_status->setObjectName(QStringLiteral("status"));
    m_delay->setObjectName(QStringLiteral("delay"));
    auto* form = new QFormLayout(this);
    for (const LiveLink& link : run.links()) {
        m_server->addItem(link.server);
    }
    for (const Kind& kind : kKinds) {
        m_kind->addItem(tr(kind.words), QString::fromLatin1(kind.id));
    }
    for (const char* const command : kCommands) {
        m_command->addItem(QLatin1String(command));
    }
    m_command->setItemText(0, tr("any command"));
    m_command->setCurrentText(QStringLiteral("READ"));
    m_nth->setRange(1, 1'000'000);
    for (const trace::Explanation& entry : trace::explanations()) {
        if (entry.kind == "status" && entry.name.starts_with("STATUS_")) {
            m_status->addItem(texts::foreign(entry.name));
        }
    }
    m_status->setEditable(true);
    m_status->setInsertPolicy(QComboBox::NoInsert);
    m_status->completer()->setFilterMode(Qt::MatchContains);
    m_status->setCurrentText(QStringLiteral("STATUS_ACCESS_DENIED"));
    m_delay->setRange(0, 3'600'000);
    m_delay->setValue(500);
    m_delay->setSuffix(tr(" ms"));
    form->addRow(tr("Ser&ver:"), m_server);
    form->addRow(tr("&What it does:"), m_kind);
    form->addRow(tr("At the &command:"), m_command);
    form->addRow(tr("At the &n-th one from now:"), m_nth);
    form->addRow(tr("&Status:"), m_status);
    form->addRow(tr("&How late:"), m_delay);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("&Disturb"));
    buttons->button(QDialogButtonBox::Ok)->setEnabled(m_server->count() > 0);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &FaultDialog::kindChanged);
    kindChanged();
}

void FaultDialog::kindChanged()
{
    const QString kind = m_kind->currentData().toString();
    m_status->setEnabled(kind == QLatin1String("status"));
    m_delay->setEnabled(kind == QLatin1String("delay"));
}

void FaultDialog::send(LiveRun& run) const
{
    run.fault(
        m_server->currentText(), m_kind->currentData().toString(),
        m_command->currentIndex() == 0 ? QStringLiteral("ANY") : m_command->currentText(),
        m_nth->value(), m_status->isEnabled() ? m_status->currentText().trimmed() : QString(),
        m_delay->isEnabled() ? quint64(m_delay->value() * kNsPerMs) : 0);
}

QString FaultDialog::words() const
{
    return tr("Disturbing %1: %2 (%3, number %4)")
        .arg(m_server->currentText(), m_kind->currentText(), m_command->currentText())
        .arg(m_nth->value());
}

} // namespace rdrlab::gui
