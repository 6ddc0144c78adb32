#include "gui/models/runfolder.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>
#include <QSettings>
#include <QStandardPaths>

namespace rdrlab::gui {

namespace {

const char* const kSetting = "runFolder";

QString tr(const char* text)
{
    return QCoreApplication::translate("RunFolder", text);
}

} // namespace

QString runFolder(QString& error)
{
    QString folder = QSettings().value(QLatin1String(kSetting)).toString();
    if (folder.isEmpty()) {
        folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)
            + QStringLiteral("/rdrlab");
    }
    if (!QDir().mkpath(folder) || !QFileInfo(folder).isWritable()) {
        error = tr(QT_TRANSLATE_NOOP(
                       "RunFolder", "The folder %1 cannot be written; choose another one."))
                    .arg(QDir::toNativeSeparators(folder));
        return {};
    }
    return QDir(folder).absolutePath();
}

void setRunFolder(const QString& folder)
{
    QSettings().setValue(QLatin1String(kSetting), folder);
}

QString newTracePath(const QString& folder, const QString& lab, quint64 seed)
{
    QString name = lab;
    static const QRegularExpression unusual(QStringLiteral("[^A-Za-z0-9._ -]"));
    name.replace(unusual, QStringLiteral("_"));
    const QString begin = QStringLiteral("%1/%2 seed %3").arg(folder, name).arg(seed);
    QString path = begin + QStringLiteral(".rdrtrace");
    for (int i = 2; QFileInfo::exists(path); ++i) {
        path = QStringLiteral("%1 (%2).rdrtrace").arg(begin).arg(i);
    }
    return path;
}

QString copyTrace(const QString& from, const QString& to)
{
    if (QFileInfo::exists(from) && QFileInfo(from) == QFileInfo(to)) {
        return {};
    }
    QFile source(from);
    QSaveFile target(to);
    bool good = source.open(QIODevice::ReadOnly) && target.open(QIODevice::WriteOnly);
    while (good && !source.atEnd()) {
        constexpr qint64 kPieceBytes = 1 << 20;
        const QByteArray bytes = source.read(kPieceBytes);
        good = !bytes.isEmpty() && target.write(bytes) == bytes.size();
    }
    if (good && target.commit()) {
        return {};
    }
    return tr(QT_TRANSLATE_NOOP("RunFolder", "%1 cannot be written: %2"))
        .arg(
            QDir::toNativeSeparators(to),
            source.error() != QFile::NoError ? source.errorString() : target.errorString());
}

} // namespace rdrlab::gui
