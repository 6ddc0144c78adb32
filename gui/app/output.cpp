// What is shown, as a picture or on paper.
#include "gui/app/mainwindow.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QPainter>
#include <QPrintDialog>
#include <QPrinter>
#include <QSvgGenerator>

namespace rdrlab::gui {

void MainWindow::addOutputCommands()
{
    m_actions.add(
        QStringLiteral("file.picture"), tr("File"), tr("Save the timeline as a &picture…"),
        tr("PNG, or SVG for print and web."), { QKeySequence(QStringLiteral("Ctrl+Shift+S")) },
        [this] { savePicture(); });
    m_actions.add(
        QStringLiteral("file.print"), tr("File"), tr("P&rint the timeline…"),
        tr("On paper or as PDF."), { QKeySequence::Print }, [this] { print(); });
}

void MainWindow::savePicture()
{
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save the timeline"), QStringLiteral("timeline.png"),
        tr("PNG (*.png);;SVG (*.svg)"));
    if (path.isEmpty()) {
        return;
    }
    const bool isSvg
        = QFileInfo(path).suffix().compare(QLatin1String("svg"), Qt::CaseInsensitive) == 0;
    const QString error = isSvg ? m_timeline->saveSvg(path) : m_timeline->savePng(path);
    say(error.isEmpty() ? tr("Written: %1").arg(path) : error);
}

void MainWindow::print()
{
    QPrinter printer(QPrinter::HighResolution);
    printer.setPageOrientation(QPageLayout::Landscape);
    QPrintDialog dialog(&printer, this);
    if (dialog.exec() != QDialog::Accepted) {
        return;
    }
    say(printTo(printer) ? tr("Printed.") : tr("The printer takes nothing."));
}

bool MainWindow::printTo(QPrinter& printer)
{
    // As many dots as the screen has: letters, whose size is in points, keep their proportion to
    // lines, whose place is in pixels. What goes to the printer is vectors anyhow.
    printer.setResolution(logicalDpiX());
    QPainter painter;
    if (!painter.begin(&printer)) {
        return false;
    }
    // Paper is white: what is dark on the screen would drink a cartridge.
    const QString wish = Themes::instance().wish();
    if (theme().isDark) {
        Themes::instance().choose(QStringLiteral("light"));
    }
    const QRectF page = printer.pageRect(QPrinter::DevicePixel);
    const QSizeF size = m_timeline->viewport()->size();
    // A line above says what it is, for the pile of paper it ends in.
    const double lineHeight = fontMetrics().height() * 1.6;
    const double scale
        = std::min(page.width() / size.width(), page.height() / (size.height() + lineHeight));
    painter.scale(scale, scale);
    painter.setFont(font());
    painter.drawText(
        QRectF(0, 0, size.width(), lineHeight), Qt::AlignLeft | Qt::AlignTop, windowTitle());
    painter.translate(0, lineHeight);
    m_timeline->paintVectors(painter);
    const bool good = painter.end();
    if (Themes::instance().wish() != wish) {
        Themes::instance().choose(wish);
    }
    return good;
}

} // namespace rdrlab::gui
