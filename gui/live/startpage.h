// What a window shows while no trace is open: labs to run, recordings to look at, what was opened
// before, and the tour.
#pragma once

#include "gui/models/startlist.h"

#include <QScrollArea>

class QHBoxLayout;
class QLabel;
class QListView;
class QPushButton;
class QVBoxLayout;

namespace rdrlab::gui {

class StartPage : public QScrollArea
{
    Q_OBJECT
public:
    explicit StartPage(QWidget* parent = nullptr);

    /// Looks anew for files.
    void refresh();
    /// The recording that the tour is best taken with; "" when there is none.
    QString tourSample() const;

Q_SIGNALS:
    void openWanted(const QString& path);
    void chooseWanted(); // a file
    void runWanted(const QString& scenario); // "": one to be chosen
    void tourWanted();

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Column
    {
        StartList* list;
        QListView* view;
        QLabel* empty;
    };
    Column addColumn(QHBoxLayout* layout, const QString& title, const QString& empty, bool runs);
    static void fill(const Column& column, std::vector<StartList::Entry> entries);
    void restyle();

    QWidget* m_page;
    QLabel* m_title;
    QLabel* m_words;
    Column m_labs;
    Column m_samples;
    Column m_recent;
    QPushButton* m_tour;
};

} // namespace rdrlab::gui
