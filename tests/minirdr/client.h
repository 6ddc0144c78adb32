// client.h - a small language for tests of smb2/: a client that opens trees and files with UTF-16
// literals.
#pragma once

#include "minirdr/smb2/fileops.h"
#include "minirdr/smb2/server.h"

#include <string>
#include <string_view>
#include <vector>

inline UNICODE_STRING unicode(std::u16string_view text)
{
    UNICODE_STRING string;
    string.Buffer = reinterpret_cast<PWCHAR>(const_cast<char16_t*>(text.data()));
    string.Length = string.MaximumLength = static_cast<USHORT>(text.size() * sizeof(char16_t));
    return string;
}

struct Client
{
    SMB2_SERVER* server = nullptr;
    std::vector<SMB2_TREE*> trees;
    inline static int s_clients = 0; // the providers are the driver's, not a client's

    Client(
        const TRANSPORT* transport,
        SMB2_CONFIG config,
        const SMB2_CONNECTION_EVENTS* events = nullptr,
        PVOID owner = nullptr)
    {
        if (s_clients++ == 0)
            Smb2CryptoInitialize();
        const GUID guid = { 0x4d52u, 0x4452u, 0x4c41u, { 1, 2, 3, 4, 5, 6, 7, 8 } };
        UNICODE_STRING name = unicode(u"lab");
        Smb2CreateServer(&name, transport, &config, &guid, events, owner, &server);
    }

    ~Client()
    {
        for (auto* tree : trees)
            Smb2CloseTree(server, tree);
        Smb2DestroyServer(server);
        if (--s_clients == 0)
            Smb2CryptoUninitialize();
    }

    NTSTATUS connect() { return Smb2ConnectServer(server); }
    SMB2_CONNECTION* connection() const { return server->Connection; }

    NTSTATUS tree(
        std::u16string_view share,
        std::u16string_view user,
        std::u16string_view password,
        SMB2_TREE** result)
    {
        UNICODE_STRING shareName = unicode(share);
        SMB2_CREDENTIALS credentials = { unicode(user), unicode(u""), unicode(password) };
        const LUID logon = { 7, 0 };
        *result = nullptr;
        const NTSTATUS status = Smb2OpenTree(server, &shareName, &credentials, &logon, result);
        if (NT_SUCCESS(status))
            trees.push_back(*result);
        return status;
    }

    static NTSTATUS open(
        SMB2_TREE* tree,
        std::u16string_view name,
        ULONG access,
        ULONG disposition,
        ULONG options,
        SMB2_CREATE_RESULT* result)
    {
        SMB2_CREATE_PARAMETERS parameters = {};
        parameters.Name = unicode(name);
        parameters.DesiredAccess = access;
        parameters.ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
        parameters.Disposition = disposition;
        parameters.Options = options;
        parameters.ImpersonationLevel = 2;
        return Smb2CreateFile(tree, &parameters, result);
    }

    static NTSTATUS transfer(
        SMB2_TREE* tree,
        SMB2_FILE_ID file,
        bool writing,
        ULONGLONG offset,
        void* data,
        ULONG bytes,
        ULONG* moved)
    {
        auto* request = Smb2AllocateTransfer(tree, file, writing);
        request->Buffer = static_cast<PUCHAR>(data);
        request->Offset = offset;
        request->Bytes = bytes;
        return Smb2RunTransfer(request, moved);
    }
};
