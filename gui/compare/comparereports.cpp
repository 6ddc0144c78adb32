// What the comparison leaves out, and what is handed in of it.
#include "gui/compare/comparewindow.h"
#include "gui/compare/maskeditor.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

namespace rdrlab::gui {

void CompareWindow::addReportCommands()
{
    m_actions.add(
        QStringLiteral("compare.mask"), tr("Compare"), tr("What is left &out…"),
        tr("Times, threads, handles and the like: what does not count as a difference."),
        { QKeySequence(QStringLiteral("M")) }, [this] { editMask(); });
    m_actions.add(
        QStringLiteral("compare.mask.standard"), tr("Compare"), tr("Leave out the s&tandard"),
        tr("What two runs of one program never share, as rdrlab diff does."), {}, [this] {
            QSettings().remove(QStringLiteral("compare/mask"));
            compareAgain();
        });
    m_actions.add(
        QStringLiteral("file.report"), tr("File"), tr("Save a &report…"),
        tr("As a page (HTML), for programs (JSON) or as text: the same as rdrlab diff writes."),
        { QKeySequence::Save }, [this] { saveReport(); });
}

void CompareWindow::setMask(const trace::DiffMask& mask)
{
    const bool isStandard = m_comparison.isReady()
        && mask.print()
            == trace::DiffMask::standardFor(
                   m_comparison.reader(DiffSide::A), m_comparison.reader(DiffSide::B))
                   .print();
    if (isStandard) {
        QSettings().remove(QStringLiteral("compare/mask"));
    } else {
        QSettings().setValue(QStringLiteral("compare/mask"), QString::fromStdString(mask.print()));
    }
    compareAgain();
}

void CompareWindow::editMask()
{
    if (!m_comparison.isReady()) {
        return;
    }
    MaskEditor editor(
        m_comparison.diff().mask(),
        trace::DiffMask::standardFor(
            m_comparison.reader(DiffSide::A), m_comparison.reader(DiffSide::B)),
        this);
    if (editor.exec() == QDialog::Accepted) {
        setMask(editor.mask());
    }
}

void CompareWindow::saveReport()
{
    const std::pair<QString, ReportKind> kinds[] = {
        { tr("Page (*.html)"), ReportKind::Html },
        { tr("JSON (*.json)"), ReportKind::Json },
        { tr("Text (*.txt)"), ReportKind::Text },
        { tr("Text, side by side (*.txt)"), ReportKind::Aligned },
    };
    QStringList filters;
    for (const auto& [filter, kind] : kinds) {
        filters += filter;
    }
    QString chosen;
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save a report"), QStringLiteral("comparison.html"),
        filters.join(QStringLiteral(";;")), &chosen);
    if (path.isEmpty()) {
        return;
    }
    ReportKind kind = reportKindOf(path);
    for (const auto& [filter, of] : kinds) {
        // The name's end decides, unless it says nothing or is text of either kind.
        const bool isText = QFileInfo(path).suffix().compare(QLatin1String("txt")) == 0;
        if (filter == chosen && (QFileInfo(path).suffix().isEmpty() || isText)) {
            kind = isText && of != ReportKind::Aligned ? ReportKind::Text : of;
        }
    }
    if (QFileInfo(path).suffix().isEmpty()) {
        path += kind == ReportKind::Html ? QStringLiteral(".html")
            : kind == ReportKind::Json   ? QStringLiteral(".json")
                                         : QStringLiteral(".txt");
    }
    writeReportTo(path, kind);
}

void CompareWindow::writeReportTo(const QString& path, ReportKind kind)
{
    if (!m_comparison.isReady()) {
        return;
    }
    writeReport(m_comparison, kind, path, m_report, [this, path](const QString& error) {
        say(error.isEmpty() ? tr("Written: %1").arg(path) : error);
    });
    showProgress();
}

} // namespace rdrlab::gui
