// The SMB2 messages of a trace as a table, with a filter of its own.
//
// The filter's language stands in traces/query/smb2filter.h.
#pragma once

#include "gui/models/document.h"
#include "traces/query/smb2filter.h"

#include <QAbstractTableModel>
#include <QString>

namespace rdrlab::gui {

class PacketFilter
{
public:
    PacketFilter() = default;
    /// error() says what is wrong with the expression.
    static PacketFilter parse(const QString& expression);

    bool isEmpty() const { return m_filter.isEmpty(); }
    const QString& error() const { return m_error; }
    /// The messages that match, ascending.
    std::vector<std::uint32_t> rows(const trace::Smb2Messages& all) const;

private:
    trace::Smb2Filter m_filter;
    QString m_error;
};

class PacketModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Number, // the packet event
        From, // the direction
        Command,
        About,
        Status,
        ResponseTime,
        Time,
        MessageId,
        Size,
        Columns
    };
    enum Role
    {
        SeqRole = Qt::UserRole,
        MessageRole, // the index into the messages
        SeverityRole
    };

    explicit PacketModel(QObject* parent = nullptr);

    void setMessages(std::shared_ptr<const trace::Smb2Messages> messages); // null: none
    const trace::Smb2Messages* messages() const { return m_messages.get(); }
    void setFilter(const PacketFilter& filter);

    const trace::Smb2Message* messageOf(int row) const;
    /// The row of the message that stands at `seq`, or of the last one before it; -1: none.
    int rowOfSeq(Seq seq) const;
    int rowOfMessage(std::uint32_t message) const; // -1: filtered out

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const trace::Smb2Message& message, int column) const;
    QString tip(const trace::Smb2Message& message, int column) const;

    std::shared_ptr<const trace::Smb2Messages> m_messages;
    PacketFilter m_filter;
    std::vector<std::uint32_t> m_rows;
};

namespace texts {
/// "READ", "command 77", "encrypted message".
QString command(const trace::Smb2Message& message);
/// "readme.txt: 4096 bytes at 0".
QString about(const trace::Smb2Messages& all, const trace::Smb2Message& message);
}

} // namespace rdrlab::gui
