#include "gui/models/labs.h"

#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <algorithm>

namespace rdrlab::gui {

namespace {

constexpr qint64 kMostBytes = 1 << 20; // of a description
constexpr int kLevelsUp = 4; // build/dev/bin lies that deep in the source tree
constexpr int kMostLabs = 500; // in one folder

QString readText(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.read(kMostBytes)) : QString();
}

QStringList foldersBeside(const QString& name)
{
    QStringList found;
    const auto add = [&](const QString& path) {
        const QString clean = QDir::cleanPath(path);
        if (QFileInfo(clean).isDir() && !found.contains(clean)) {
            found += clean;
        }
    };
    const QString program = QCoreApplication::applicationDirPath();
    add(program + QStringLiteral("/../share/rdrlab/") + name);
    QString up = program;
    for (int i = 0; i < kLevelsUp; ++i) {
        up += QStringLiteral("/..");
        add(up + QLatin1Char('/') + name);
    }
    return found;
}

// Without the marks of Markdown, as far as a first paragraph has any.
QString plain(QString text)
{
    text.remove(QLatin1Char('`')).remove(QLatin1Char('*'));
    return texts::foreign(text.simplified().toStdString());
}

// The first heading is the title, the paragraph behind it the summary.
void describe(Lab& lab, const QString& markdown)
{
    lab.text = markdown;
    QStringList paragraph;
    for (const QString& line : markdown.split(QLatin1Char('\n'))) {
        if (lab.title.isEmpty()) {
            if (line.startsWith(QLatin1String("# "))) {
                lab.title = plain(line.mid(2));
            }
        } else if (!line.trimmed().isEmpty()) {
            paragraph += line;
        } else if (!paragraph.isEmpty()) {
            break;
        }
    }
    lab.summary = plain(paragraph.join(QLatin1Char(' ')));
}

// The comment lines a scenario begins with.
QString openingComment(const QString& lua)
{
    QStringList lines;
    for (const QString& line : lua.split(QLatin1Char('\n'))) {
        if (!line.startsWith(QLatin1String("--"))) {
            break;
        }
        lines += line.mid(2).trimmed();
    }
    return lines.join(QLatin1Char(' '));
}

} // namespace

QString laboratoryProgram()
{
    const QString named = qEnvironmentVariable("RDRLAB_PROGRAM");
    if (!named.isEmpty()) {
        return named;
    }
    const QString here = QCoreApplication::applicationDirPath();
    for (const char* const place : { "/rdrlab", "/../bin/rdrlab" }) {
        const QFileInfo info(QDir::cleanPath(here + QLatin1String(place)));
        if (info.isFile() && info.isExecutable()) {
            return info.filePath();
        }
    }
    return QStandardPaths::findExecutable(QStringLiteral("rdrlab"));
}

QStringList labFolders()
{
    return foldersBeside(QStringLiteral("labs"));
}

QStringList sampleFolders()
{
    return foldersBeside(QStringLiteral("traces/samples"))
        + foldersBeside(QStringLiteral("samples"));
}

std::vector<Lab> findLabs(const QStringList& folders)
{
    std::vector<Lab> labs;
    for (const QString& folder : folders) {
        int left = kMostLabs;
        for (const QString& name :
             QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
            const QString scenario
                = folder + QLatin1Char('/') + name + QStringLiteral("/scenario.lua");
            const bool known = std::any_of(
                labs.begin(), labs.end(), [&](const Lab& lab) { return lab.id == name; });
            if (left-- > 0 && !known && QFileInfo(scenario).isFile()) {
                labs.push_back(labOf(scenario));
            }
        }
    }
    std::stable_sort(labs.begin(), labs.end(), [](const Lab& one, const Lab& other) {
        return one.id < other.id;
    });
    return labs;
}

Lab labOf(const QString& scenarioPath)
{
    const QFileInfo info(scenarioPath);
    Lab lab;
    lab.scenario = info.absoluteFilePath();
    const bool isLab = info.fileName() == QLatin1String("scenario.lua");
    lab.id = isLab ? info.absoluteDir().dirName() : info.completeBaseName();
    if (isLab) {
        describe(lab, readText(info.absolutePath() + QStringLiteral("/README.md")));
    }
    if (lab.title.isEmpty()) {
        lab.title = texts::foreign(lab.id.toStdString());
    }
    if (lab.summary.isEmpty()) {
        lab.summary = plain(openingComment(readText(scenarioPath)));
    }
    return lab;
}

std::vector<Sample> findSamples(const QStringList& folders, const std::vector<Lab>& labs)
{
    std::vector<Sample> samples;
    for (const QString& folder : folders) {
        // The folder's own table says what is in them: "| name | words | ...".
        QHash<QString, QString> words;
        for (const QString& line :
             readText(folder + QStringLiteral("/MADE.md")).split(QLatin1Char('\n'))) {
            if (line.startsWith(QLatin1Char('|'))) {
                words.insert(
                    line.section(QLatin1Char('|'), 1, 1).trimmed(),
                    plain(line.section(QLatin1Char('|'), 2, 2)));
            }
        }
        for (const QFileInfo& info : QDir(folder).entryInfoList(
                 { QStringLiteral("*.rdrtrace") }, QDir::Files, QDir::Name)) {
            const QString id = info.completeBaseName();
            const auto lab = std::find_if(
                labs.begin(), labs.end(), [&](const Lab& one) { return one.id == id; });
            const Sample sample { lab != labs.end() ? lab->title : texts::foreign(id.toStdString()),
                                  words.value(id, lab != labs.end() ? lab->summary : QString()),
                                  info.absoluteFilePath() };
            const bool known = std::any_of(samples.begin(), samples.end(), [&](const Sample& one) {
                return one.title == sample.title;
            });
            if (!known && samples.size() < kMostLabs) {
                samples.push_back(sample);
            }
        }
    }
    return samples;
}

LabModel::LabModel(QObject* parent)
    : QAbstractListModel(parent)
{
}

void LabModel::setLabs(std::vector<Lab> labs)
{
    beginResetModel();
    m_labs = std::move(labs);
    endResetModel();
}

int LabModel::rowOf(const QString& scenarioPath)
{
    const QString absolute = QFileInfo(scenarioPath).absoluteFilePath();
    for (std::size_t i = 0; i < m_labs.size(); ++i) {
        if (m_labs[i].scenario == absolute) {
            return int(i);
        }
    }
    const int row = int(m_labs.size());
    beginInsertRows({}, row, row);
    m_labs.push_back(labOf(absolute));
    endInsertRows();
    return row;
}

int LabModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_labs.size());
}

QVariant LabModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Lab& lab = m_labs[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return lab.title;
    case Qt::ToolTipRole:
    case SummaryRole:
        return lab.summary;
    case Qt::AccessibleDescriptionRole:
        return lab.summary;
    case ScenarioRole:
        return lab.scenario;
    case TextRole:
        return lab.text;
    default:
        return {};
    }
}

} // namespace rdrlab::gui
