// What there is to run and to look at: the labs and sample traces that lie beside the program, and
// single scenarios of a person's own.
#pragma once

#include <QAbstractListModel>
#include <QStringList>
#include <vector>

namespace rdrlab::gui {

struct Lab
{
    QString id; // its folder's name, or the file's: "01-first-open"
    QString title; // "01 First open"
    QString summary; // the first sentences, plain text
    QString text; // all that is said of it, Markdown
    QString scenario; // path of its Lua file
};

struct Sample
{
    QString title;
    QString summary;
    QString path;
};

/// The command-line program that runs scenarios: RDRLAB_PROGRAM of the environment, or beside this
/// program, or in the search path. "" when there is none.
QString laboratoryProgram();

/// Folders "labs" and "traces/samples" beside or above the program, or installed with it.
QStringList labFolders();
QStringList sampleFolders();

/// The labs of these folders (those with a scenario.lua), by id; the first of equal ids counts.
std::vector<Lab> findLabs(const QStringList& folders);
/// A scenario file, described by the lab it belongs to or else by the comment it begins with.
Lab labOf(const QString& scenarioPath);
std::vector<Sample> findSamples(const QStringList& folders, const std::vector<Lab>& labs);

class LabModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role
    {
        ScenarioRole = Qt::UserRole,
        SummaryRole,
        TextRole
    };

    explicit LabModel(QObject* parent = nullptr);

    void setLabs(std::vector<Lab> labs);
    const std::vector<Lab>& labs() const { return m_labs; }
    /// The row of a scenario, which is added when it is not there.
    int rowOf(const QString& scenarioPath);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::vector<Lab> m_labs;
};

} // namespace rdrlab::gui
