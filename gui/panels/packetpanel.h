// The SMB2 messages of the recording, and of the chosen one its fields and its bytes.
#pragma once

#include "gui/models/packetmodel.h"
#include "gui/models/wiremodel.h"
#include "gui/panels/watchingpanel.h"

class QLabel;
class QLineEdit;
class QSplitter;
class QTableView;
class QToolButton;
class QTreeView;

namespace rdrlab::gui {

class ProgressStrip;

class PacketPanel : public WatchingPanel
{
    Q_OBJECT
public:
    explicit PacketPanel(QWidget* parent = nullptr);

    void setFilter(const QString& expression);
    const PacketModel& model() const { return m_model; }
    const WireModel& fields() const { return m_fields; }
    const HexModel& bytes() const { return m_bytes; }

protected:
    void traceChanged() override;
    void traceGrew() override;
    void placeChanged() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildList();
    void buildDetails();
    void load();
    void applyFilter();
    void chosen(const QModelIndex& current);
    void showDetails(const trace::Smb2Message* message);
    void follow();
    void goToPartner();
    void expandReadable(const QModelIndex& structure);
    void fieldChosen(const QModelIndex& field);
    void updateAnswer();

    PacketModel m_model;
    WireModel m_fields;
    HexModel m_bytes;
    QLineEdit* m_filter;
    QLabel* m_answer;
    QToolButton* m_followButton;
    QToolButton* m_partnerButton;
    QTableView* m_list;
    QTreeView* m_tree;
    QTableView* m_hex;
    QSplitter* m_split;
    QSplitter* m_details;
    QLabel* m_empty;
    bool m_following = false; // a selection made by following is not a wish of the person
    bool m_isLinking = false; // between the tree and the bytes
    bool m_isStale = false; // the trace grew while it was read
    Background m_background; // last: its end is heard while the rest is there
    ProgressStrip* m_progress;
};

} // namespace rdrlab::gui
