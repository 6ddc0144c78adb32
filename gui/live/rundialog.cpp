#include "gui/live/rundialog.h"

#include "gui/live/livepanel.h"
#include "gui/models/runfolder.h"
#include "gui/models/texts.h"
#include "gui/themes/icons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QSplitter>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>

namespace rdrlab::gui {

namespace {

constexpr qint64 kMostLuaBytes = 1 << 20;

QString readLua(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.read(kMostLuaBytes)) : QString();
}

} // namespace

RunDialog::RunDialog(QWidget* parent)
    : QDialog(parent)
    , m_labs(this)
    , m_list(new QListView(this))
    , m_text(new QTextBrowser(this))
    , m_seed(new QLineEdit(this))
    , m_pace(new QComboBox(this))
    , m_standAtStart(new QCheckBox(tr("&Pause before the first process starts"), this))
    , m_server(new QLineEdit(this))
    , m_forget(new QCheckBox(
          tr("Leave the password out of the trace (it cannot be replayed then)"), this))
    , m_driver(new QLineEdit(this))
    , m_payload(new QSpinBox(this))
    , m_folder(new QLineEdit(this))
    , m_answer(new QLabel(this))
    , m_runButton(nullptr)
{
    setWindowTitle(tr("Run a lab or scenario"));
    const int letter = fontMetrics().averageCharWidth();
    resize(letter * 130, fontMetrics().height() * 36);
    m_labs.setLabs(findLabs(labFolders()));
    auto* layout = new QVBoxLayout(this);
    auto* split = new QSplitter(this);
    split->setChildrenCollapsible(false);
    auto* left = new QWidget(split);
    auto* leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins({});
    auto* listLabel = new QLabel(tr("&Labs and scenarios"), left);
    listLabel->setBuddy(m_list);
    leftLayout->addWidget(listLabel);
    leftLayout->addWidget(m_list, 1);
    auto* other = new QPushButton(tr("&Other scenario…"), left);
    other->setToolTip(tr("A Lua file of your own"));
    leftLayout->addWidget(other);
    split->addWidget(left);
    split->addWidget(m_text);
    split->setStretchFactor(1, 1);
    split->setSizes({ letter * 34, letter * 90 });
    layout->addWidget(split, 1);
    layout->addWidget(buildOptions());
    layout->addWidget(m_answer);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_runButton = buttons->button(QDialogButtonBox::Ok);
    m_runButton->setText(tr("&Run"));
    m_runButton->setIcon(icon(Glyph::Play));
    layout->addWidget(buttons);

    m_list->setModel(&m_labs);
    m_list->setAccessibleName(tr("Labs and scenarios"));
    m_text->setAccessibleName(tr("What the lab is about"));
    m_text->setOpenLinks(false);
    m_answer->setWordWrap(true);
    connect(
        m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &RunDialog::showLab);
    connect(m_list, &QListView::doubleClicked, this, &RunDialog::accept);
    connect(other, &QPushButton::clicked, this, &RunDialog::chooseFile);
    connect(buttons, &QDialogButtonBox::accepted, this, &RunDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const QSettings settings;
    const QString last = settings.value(QStringLiteral("live/scenario")).toString();
    if (QFileInfo(last).isFile()) {
        choose(last);
    } else if (m_labs.rowCount() > 0) {
        m_list->setCurrentIndex(m_labs.index(0, 0));
    }
    showLab();
    m_list->setFocus();
}

QWidget* RunDialog::buildOptions()
{
    const QSettings settings;
    auto* all = new QWidget(this);
    auto* layout = new QVBoxLayout(all);
    layout->setContentsMargins({});
    auto* row = new QHBoxLayout;
    auto* seedLabel = new QLabel(tr("&Seed:"), all);
    seedLabel->setBuddy(m_seed);
    m_seed->setObjectName(QStringLiteral("seed"));
    m_seed->setText(QStringLiteral("1"));
    m_seed->setMaximumWidth(fontMetrics().averageCharWidth() * 24);
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setToolTip(tr("Every choice of the machine comes from it: the same seed gives the same "
                          "run, another one another order of events."));
    auto* paceLabel = new QLabel(tr("P&ace:"), all);
    paceLabel->setBuddy(m_pace);
    for (const int pace : LivePanel::paces()) {
        m_pace->addItem(LivePanel::paceText(pace), pace);
    }
    m_pace->setAccessibleName(tr("Pace"));
    m_pace->setCurrentIndex(
        std::max(0, m_pace->findData(settings.value(QStringLiteral("live/pace"), 100).toInt())));
    m_standAtStart->setChecked(settings.value(QStringLiteral("live/standAtStart")).toBool());
    auto* more = new QToolButton(all);
    more->setText(tr("&More options"));
    more->setCheckable(true);
    more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    more->setArrowType(Qt::RightArrow);
    more->setFocusPolicy(Qt::StrongFocus);
    row->addWidget(seedLabel);
    row->addWidget(m_seed);
    row->addSpacing(12);
    row->addWidget(paceLabel);
    row->addWidget(m_pace);
    row->addSpacing(12);
    row->addWidget(m_standAtStart);
    row->addStretch(1);
    row->addWidget(more);
    layout->addLayout(row);

    auto* group = new QWidget(all);
    auto* form = new QFormLayout(group);
    form->setContentsMargins(0, 4, 0, 0);
    m_server->setPlaceholderText(tr("smb://user:password@host:port; empty: the emulated servers"));
    m_server->setToolTip(tr("A real server in place of the scenario's first one"));
    form->addRow(tr("Real ser&ver:"), m_server);
    form->addRow(QString(), m_forget);
    auto* driverRow = new QHBoxLayout;
    auto* browse = new QPushButton(tr("Choose…"), group);
    m_driver->setPlaceholderText(tr("a module such as student.so; empty: minirdr"));
    driverRow->addWidget(m_driver, 1);
    driverRow->addWidget(browse);
    browse->setAccessibleName(tr("Choose a redirector"));
    form->addRow(tr("Re&director:"), driverRow);
    m_payload->setRange(-1, 1 << 30);
    m_payload->setValue(-1);
    m_payload->setSpecialValueText(tr("all"));
    m_payload->setSuffix(tr(" bytes"));
    m_payload->setToolTip(tr("How much of each packet is kept in the trace"));
    form->addRow(tr("&Keep of each packet:"), m_payload);
    QString error;
    auto* folderRow = new QHBoxLayout;
    auto* folderButton = new QPushButton(tr("Choose…"), group);
    folderButton->setAccessibleName(tr("Choose a folder for traces"));
    m_folder->setText(runFolder(error));
    folderRow->addWidget(m_folder, 1);
    folderRow->addWidget(folderButton);
    form->addRow(tr("Traces are written &into:"), folderRow);
    layout->addWidget(group);
    group->hide();
    connect(more, &QToolButton::toggled, group, [group, more](bool shown) {
        group->setVisible(shown);
        more->setArrowType(shown ? Qt::DownArrow : Qt::RightArrow);
    });
    connect(browse, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getOpenFileName(
            this, tr("Choose a redirector"), {}, tr("Modules (*.so);;All files (*)"));
        if (!path.isEmpty()) {
            m_driver->setText(path);
        }
    });
    connect(folderButton, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getExistingDirectory(
            this, tr("Choose a folder for traces"), m_folder->text());
        if (!path.isEmpty()) {
            m_folder->setText(path);
        }
    });
    for (QLineEdit* const edit : { m_seed, m_server, m_driver, m_folder }) {
        connect(edit, &QLineEdit::textChanged, this, &RunDialog::check);
    }
    m_forget->setEnabled(false);
    connect(m_server, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_forget->setEnabled(!text.isEmpty());
        m_payload->setEnabled(text.isEmpty()); // a live run is replayed from its packets
    });
    return all;
}

void RunDialog::choose(const QString& scenario)
{
    const QModelIndex index = m_labs.index(m_labs.rowOf(scenario), 0);
    m_list->setCurrentIndex(index);
    m_list->scrollTo(index);
}

void RunDialog::chooseFile()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Choose a scenario"), {}, tr("Scenarios (*.lua);;All files (*)"));
    if (!path.isEmpty()) {
        choose(path);
    }
}

void RunDialog::showLab()
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid()) {
        m_text->setPlainText(
            tr("No labs lie beside the program. “Other scenario…” opens a Lua file "
               "of your own."));
    } else {
        const QString scenario = current.data(LabModel::ScenarioRole).toString();
        QString text = current.data(LabModel::TextRole).toString();
        if (text.isEmpty()) {
            text = QStringLiteral("# %1\n\n%2\n")
                       .arg(
                           current.data().toString(),
                           current.data(LabModel::SummaryRole).toString());
        }
        text += QStringLiteral("\n\n## %1\n\n```\n%2\n```\n")
                    .arg(tr("The scenario"), readLua(scenario));
        m_text->setMarkdown(text);
        m_text->setToolTip(scenario);
    }
    check();
}

QString RunDialog::problem() const
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid()) {
        return tr("Choose a lab or a scenario.");
    }
    const QString scenario = current.data(LabModel::ScenarioRole).toString();
    if (!QFileInfo(scenario).isFile()) {
        return tr("There is no file %1 any more.").arg(scenario);
    }
    bool good = false;
    m_seed->text().trimmed().toULongLong(&good);
    if (!good) {
        return tr("The seed is a whole number.");
    }
    if (!m_server->text().isEmpty() && !m_server->text().startsWith(QLatin1String("smb://"))) {
        return tr("A real server is given as smb://user:password@host:port.");
    }
    if (!m_driver->text().isEmpty() && !QFileInfo(m_driver->text()).isFile()) {
        return tr("There is no redirector %1.").arg(m_driver->text());
    }
    return {};
}

void RunDialog::check()
{
    const QString what = problem();
    m_answer->setText(
        what.isEmpty() ? QString() : severityGlyph(Severity::Failed) + QLatin1Char(' ') + what);
    m_answer->setVisible(!what.isEmpty());
    if (m_runButton != nullptr) {
        m_runButton->setEnabled(what.isEmpty());
    }
}

RunRequest RunDialog::request() const
{
    RunRequest request;
    const QModelIndex current = m_list->currentIndex();
    request.scenario = current.data(LabModel::ScenarioRole).toString();
    request.title = current.data().toString();
    request.seed = m_seed->text().trimmed().toULongLong();
    request.callsPerSecond = m_pace->currentData().toInt();
    request.standsAtStart = m_standAtStart->isChecked();
    request.server = m_server->text().trimmed();
    request.forgetPassword = m_forget->isEnabled() && m_forget->isChecked();
    request.driver = m_driver->text().trimmed();
    request.payloadLimit = m_payload->isEnabled() ? m_payload->value() : -1;
    return request;
}

void RunDialog::accept()
{
    if (!problem().isEmpty()) {
        return;
    }
    QSettings settings;
    settings.setValue(QStringLiteral("live/scenario"), request().scenario);
    settings.setValue(QStringLiteral("live/pace"), request().callsPerSecond);
    settings.setValue(QStringLiteral("live/standAtStart"), request().standsAtStart);
    setRunFolder(m_folder->text());
    QString error;
    if (runFolder(error).isEmpty()) {
        m_answer->setText(severityGlyph(Severity::Failed) + QLatin1Char(' ') + error);
        m_answer->show();
        return;
    }
    QDialog::accept();
}

} // namespace rdrlab::gui
