// Asks what to run: a lab or a scenario of one's own, the seed, the pace, and what the command line
// offers besides.
#pragma once

#include "gui/models/labs.h"
#include "gui/models/liverun.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QSpinBox;
class QTextBrowser;

namespace rdrlab::gui {

class RunDialog : public QDialog
{
    Q_OBJECT
public:
    explicit RunDialog(QWidget* parent = nullptr);

    /// Selects a lab or adds a scenario file to the list.
    void choose(const QString& scenario);
    RunRequest request() const;

    void accept() override;

private:
    QWidget* buildOptions();
    void showLab();
    void chooseFile();
    /// One line of what is wrong with the choice, "" when it can run.
    QString problem() const;
    void check();

    LabModel m_labs;
    QListView* m_list;
    QTextBrowser* m_text;
    QLineEdit* m_seed;
    QComboBox* m_pace;
    QCheckBox* m_standAtStart;
    QLineEdit* m_server;
    QCheckBox* m_forget;
    QLineEdit* m_driver;
    QSpinBox* m_payload;
    QLineEdit* m_folder;
    QLabel* m_answer;
    QPushButton* m_runButton;
};

} // namespace rdrlab::gui
