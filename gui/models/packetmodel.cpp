#include "gui/models/packetmodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace rdrlab::gui {

namespace texts {

QString command(const trace::Smb2Message& message)
{
    switch (message.form) {
    case trace::Smb2Form::Encrypted:
        return QCoreApplication::translate("texts", "encrypted");
    case trace::Smb2Form::Compressed:
        return QCoreApplication::translate("texts", "compressed");
    case trace::Smb2Form::Smb1:
        return QCoreApplication::translate("texts", "SMB1");
    case trace::Smb2Form::Foreign:
        return QCoreApplication::translate("texts", "not SMB2");
    case trace::Smb2Form::Message:
        break;
    }
    const std::string_view name = trace::smb2CommandName(message.command);
    return name.empty() ? QCoreApplication::translate("texts", "command %1").arg(message.command)
                        : QString::fromLatin1(name.data(), qsizetype(name.size()));
}

QString about(const trace::Smb2Messages& all, const trace::Smb2Message& message)
{
    const QString name
        = message.name < all.names.size() ? foreign(all.names[message.name]) : QString();
    const std::string_view command = trace::smb2CommandName(message.command);
    QString text = name == QLatin1String("\\")
        ? QCoreApplication::translate("texts", "root of the share")
        : name;
    if (message.form == trace::Smb2Form::Message && (command == "READ" || command == "WRITE")
        && (!message.isResponse || message.status == 0)) {
        const QString bytes
            = QCoreApplication::translate("texts", "%n bytes at %1", nullptr, int(message.count))
                  .arg(QLocale().toString(qulonglong(message.fileOffset)));
        text = text.isEmpty() ? bytes : text + QStringLiteral(": ") + bytes;
    }
    return text;
}

} // namespace texts

namespace {

std::string utf8(const QString& text)
{
    return text.toStdString();
}

} // namespace

PacketFilter PacketFilter::parse(const QString& expression)
{
    PacketFilter filter;
    filter.m_filter = trace::Smb2Filter::parse(utf8(expression));
    if (!filter.m_filter.misunderstood().empty()) {
        filter.m_error = QCoreApplication::translate(
                             "PacketFilter", "“%1” is not understood: id:5, connection:1, >1ms")
                             .arg(texts::foreign(filter.m_filter.misunderstood()));
    }
    return filter;
}

std::vector<std::uint32_t> PacketFilter::rows(const trace::Smb2Messages& all) const
{
    const auto contains = [](std::string_view text, std::string_view word) {
        return texts::foreign(text).contains(texts::foreign(word), Qt::CaseInsensitive);
    };
    const auto text = [](const trace::Smb2Message& message) {
        return utf8(
            texts::command(message) + QLatin1Char(' ')
            + (message.isResponse ? texts::status(message.status) : QString()));
    };
    return m_filter.rows(all, { contains, text });
}

PacketModel::PacketModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void PacketModel::setMessages(std::shared_ptr<const trace::Smb2Messages> messages)
{
    beginResetModel();
    m_messages = std::move(messages);
    m_rows = m_messages != nullptr ? m_filter.rows(*m_messages) : std::vector<std::uint32_t>();
    endResetModel();
}

void PacketModel::setFilter(const PacketFilter& filter)
{
    beginResetModel();
    m_filter = filter;
    m_rows = m_messages != nullptr ? m_filter.rows(*m_messages) : std::vector<std::uint32_t>();
    endResetModel();
}

const trace::Smb2Message* PacketModel::messageOf(int row) const
{
    return row >= 0 && std::size_t(row) < m_rows.size()
        ? &m_messages->messages[m_rows[std::size_t(row)]]
        : nullptr;
}

int PacketModel::rowOfSeq(Seq seq) const
{
    // The rows stand in the order in which the messages were complete.
    const auto behind = std::partition_point(m_rows.begin(), m_rows.end(), [&](std::uint32_t at) {
        return m_messages->messages[at].last < seq;
    });
    if (behind != m_rows.end() && m_messages->messages[*behind].seq <= seq) {
        return int(behind - m_rows.begin());
    }
    return int(behind - m_rows.begin()) - 1;
}

int PacketModel::rowOfMessage(std::uint32_t message) const
{
    const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), message);
    return found != m_rows.end() && *found == message ? int(found - m_rows.begin()) : -1;
}

int PacketModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int PacketModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QString PacketModel::text(const trace::Smb2Message& message, int column) const
{
    const bool isReadable = message.form == trace::Smb2Form::Message;
    switch (column) {
    case Number:
        return QString::number(message.seq);
    case Time:
        return texts::moment(message.timeNs);
    case From:
        return message.direction == trace::Direction::ToServer ? QStringLiteral("→")
                                                               : QStringLiteral("←");
    case Command: {
        QString text = texts::command(message);
        text += !isReadable      ? QString()
            : message.isInterim  ? tr(" interim response")
            : message.isResponse ? tr(" response")
                                 : QString();
        text += message.isLost ? tr(" (lost)") : QString();
        text += message.isRepeated ? tr(" (sent again)") : QString();
        return text + (message.isCut ? tr(" (incomplete)") : QString());
    }
    case About:
        return texts::about(*m_messages, message);
    case Status: {
        if (trace::isUnanswered(*m_messages, message)) {
            return tr("no answer");
        }
        if (!isReadable || !message.isResponse) {
            return {};
        }
        const QString glyph = severityGlyph(severityOf(message.status));
        return (glyph.isEmpty() ? glyph : glyph + QLatin1Char(' ')) + texts::status(message.status);
    }
    case MessageId:
        return !isReadable                                    ? QString()
            : message.messageId == trace::kUnsolicitedMessage ? tr("unsolicited")
                                                              : QString::number(message.messageId);
    case Size:
        return QLocale().toString(message.length);
    case ResponseTime: {
        const auto time = trace::responseTimeNs(*m_messages, message);
        return time ? texts::duration(*time) : QString();
    }
    default:
        return {};
    }
}

QString PacketModel::tip(const trace::Smb2Message& message, int column) const
{
    QString tip = text(message, column);
    if (column == Number && message.last != message.seq) {
        tip = tr("segments from event %1 to event %2").arg(message.seq).arg(message.last);
    } else if (column == Status && message.isResponse) {
        tip = explainTip(texts::status(message.status), tip);
    } else if (column == Command) {
        tip = explainTip(QStringLiteral("SMB2 ") + texts::command(message), tip);
    } else if (column == From) {
        tip = (message.direction == trace::Direction::ToServer ? tr("to the server")
                                                               : tr("to the client"))
            + tr(", connection %1").arg(message.connection);
    } else if (column == ResponseTime && message.partner < m_messages->messages.size()) {
        const trace::Smb2Message& partner = m_messages->messages[message.partner];
        tip += message.isResponse ? tr("; its request is event %1").arg(partner.seq)
                                  : tr("; its response is event %1").arg(partner.seq);
    }
    return tip;
}

QVariant PacketModel::data(const QModelIndex& index, int role) const
{
    const trace::Smb2Message* message = index.isValid() ? messageOf(index.row()) : nullptr;
    if (message == nullptr) {
        return {};
    }
    const bool hasStatus = message->form == trace::Smb2Form::Message && message->isResponse;
    const Severity severity = hasStatus              ? severityOf(message->status)
        : trace::isUnanswered(*m_messages, *message) ? Severity::Warned
                                                     : Severity::Fine;
    switch (role) {
    case Qt::DisplayRole:
        return text(*message, index.column());
    case Qt::ToolTipRole:
        return tip(*message, index.column());
    case Qt::TextAlignmentRole:
        return index.column() == From ? QVariant(Qt::AlignCenter)
            : index.column() == Number || index.column() >= ResponseTime
            ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : QVariant();
    case Qt::ForegroundRole:
        return severity >= Severity::Warned ? QVariant(theme().ofSeverity(severity)) : QVariant();
    case Qt::AccessibleTextRole:
        return index.column() == From ? tip(*message, From) : text(*message, index.column());
    case SeqRole:
        return QVariant::fromValue<qulonglong>(message->seq);
    case MessageRole:
        return m_rows[std::size_t(index.row())];
    case SeverityRole:
        return int(severity);
    default:
        return {};
    }
}

QVariant PacketModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole)) {
        return {};
    }
    const bool isTip = role == Qt::ToolTipRole;
    switch (section) {
    case Number:
        return isTip ? tr("The packet event that brought the message's first byte") : tr("#");
    case Time:
        return isTip ? tr("When that was put on the wire") : tr("Time");
    case From:
        return isTip ? tr("→ to the server, ← to the client") : QStringLiteral("⇄");
    case Command:
        return isTip ? tr("SMB2 command ([MS-SMB2] 2.2.1)") : tr("Command");
    case About:
        return isTip ? tr("The file or share it is about") : tr("About");
    case Status:
        return isTip ? tr("The server's answer") : tr("Status");
    case MessageId:
        return isTip ? tr("MessageId: a response carries its request's") : tr("Id");
    case Size:
        return isTip ? tr("Bytes of the message") : tr("Bytes");
    case ResponseTime:
        return isTip ? tr("From the request's last byte to the first of its final response")
                     : tr("Waited");
    default:
        return {};
    }
}

} // namespace rdrlab::gui
