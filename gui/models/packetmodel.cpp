#include "gui/models/packetmodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
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

constexpr std::uint16_t kCancel = 12;

bool isUnanswered(const trace::Smb2Messages& all, const trace::Smb2Message& message)
{
    return message.form == trace::Smb2Form::Message && !message.isResponse
        && message.command != kCancel
        && (message.partner >= all.messages.size() || all.messages[message.partner].isInterim);
}

// "1ms", "200 us": nanoseconds.
std::optional<std::uint64_t> timeOf(const QString& text)
{
    static const QRegularExpression form(QStringLiteral("^([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|ms|s)$"));
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    const QString unit = match.captured(2);
    const double scale = unit == QLatin1String("ns") ? 1
        : unit == QLatin1String("ms")                ? 1e6
        : unit == QLatin1String("s")                 ? 1e9
                                                     : 1e3;
    const double value = match.captured(1).toDouble() * scale;
    return value < 9e18 ? std::optional(std::uint64_t(value)) : std::nullopt;
}

} // namespace

PacketFilter PacketFilter::parse(const QString& expression)
{
    PacketFilter filter;
    static const QRegularExpression part(QStringLiteral("\"([^\"]*)\"?|(\\S+)"));
    QRegularExpressionMatchIterator parts = part.globalMatch(expression);
    while (parts.hasNext()) {
        const QRegularExpressionMatch match = parts.next();
        const QString word = match.captured(2);
        bool good = true;
        if (word.isEmpty()) {
            if (!match.captured(1).isEmpty()) {
                filter.m_words += match.captured(1);
            }
        } else if (word.startsWith(QLatin1String("id:"))) {
            filter.m_id = word.mid(3).toULongLong(&good);
        } else if (word.startsWith(QLatin1String("connection:"))) {
            filter.m_connection = word.mid(11).toUInt(&good);
        } else if (word.startsWith(QLatin1Char('>'))) {
            filter.m_slowerThanNs = timeOf(word.mid(1));
            good = filter.m_slowerThanNs.has_value();
        } else if (word == QLatin1String("failed")) {
            filter.m_failed = true;
        } else if (word == QLatin1String("unanswered")) {
            filter.m_unanswered = true;
        } else if (word == QLatin1String("request")) {
            filter.m_requests = true;
        } else if (word == QLatin1String("response")) {
            filter.m_responses = true;
        } else {
            filter.m_words += word;
        }
        if (!good && filter.m_error.isEmpty()) {
            filter.m_error = QCoreApplication::translate(
                                 "PacketFilter", "“%1” is not understood: id:5, connection:1, >1ms")
                                 .arg(word);
        }
    }
    return filter;
}

bool PacketFilter::isEmpty() const
{
    return m_words.isEmpty() && !m_id && !m_connection && !m_slowerThanNs && !m_failed
        && !m_unanswered && !m_requests && !m_responses;
}

std::vector<std::uint32_t> PacketFilter::rows(const trace::Smb2Messages& all) const
{
    // A word is looked up once in each name, command and status, not in each row.
    std::vector<std::vector<bool>> inName(std::size_t(m_words.size()));
    std::vector<std::unordered_map<std::int64_t, bool>> inRest(std::size_t(m_words.size()));
    for (qsizetype i = 0; i < m_words.size(); ++i) {
        for (const std::string& name : all.names) {
            inName[std::size_t(i)].push_back(
                texts::foreign(name).contains(m_words[i], Qt::CaseInsensitive));
        }
    }
    const auto hasWord = [&](std::size_t i, const trace::Smb2Message& message) {
        if (message.name < inName[i].size() && inName[i][message.name]) {
            return true;
        }
        const std::int64_t key = std::int64_t(message.status) << 24
            ^ std::int64_t(message.command) << 8 ^ std::int64_t(message.form) << 1
            ^ std::int64_t(message.isResponse);
        const auto [entry, isNew] = inRest[i].try_emplace(key, false);
        if (isNew) {
            const QString text = texts::command(message) + QLatin1Char(' ')
                + (message.isResponse ? texts::status(message.status) : QString());
            entry->second = text.contains(m_words[qsizetype(i)], Qt::CaseInsensitive);
        }
        return entry->second;
    };
    std::vector<std::uint32_t> rows;
    for (std::size_t at = 0; at < all.messages.size(); ++at) {
        const trace::Smb2Message& message = all.messages[at];
        bool fits = (!m_requests || !message.isResponse) && (!m_responses || message.isResponse)
            && (!m_id || (message.form == trace::Smb2Form::Message && message.messageId == *m_id))
            && (!m_connection || message.connection == *m_connection)
            && (!m_failed || (message.isResponse && severityOf(message.status) == Severity::Failed))
            && (!m_unanswered || isUnanswered(all, message));
        if (fits && m_slowerThanNs) {
            const auto time = trace::responseTimeNs(all, message);
            fits = time && *time > *m_slowerThanNs;
        }
        for (std::size_t i = 0; i < inName.size() && fits; ++i) {
            fits = hasWord(i, message);
        }
        if (fits) {
            rows.push_back(std::uint32_t(at));
        }
    }
    return rows;
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
        if (isUnanswered(*m_messages, message)) {
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
    const Severity severity = hasStatus       ? severityOf(message->status)
        : isUnanswered(*m_messages, *message) ? Severity::Warned
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
