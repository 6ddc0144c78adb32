/* tree.c - the shares: a tree of files in pool. All routines are called with CredirMutex held. */
#include "credir.h"

static LIST_ENTRY CredirShares = { NULL, NULL };
static ULONGLONG CredirLastId;

static BOOLEAN SameName(PCUNICODE_STRING Left, PCUNICODE_STRING Right)
{
    return RtlEqualUnicodeString(Left, Right, TRUE);
}

static PCREDIR_NODE FindIn(PLIST_ENTRY List, PCUNICODE_STRING Name)
{
    PLIST_ENTRY Entry;

    for (Entry = List->Flink; Entry != List; Entry = Entry->Flink) {
        PCREDIR_NODE Node = CONTAINING_RECORD(Entry, CREDIR_NODE, Siblings);
        if (SameName(&Node->Name, Name)) {
            return Node;
        }
    }
    return NULL;
}

/* A child of Parent, or a share (NULL). NULL when the name does not fit or memory is short. */
PCREDIR_NODE CredirMake(PCREDIR_NODE Parent, PCUNICODE_STRING Name, BOOLEAN Directory)
{
    PCREDIR_NODE Node;

    if (Name->Length > sizeof(Node->NameBuffer)) {
        return NULL;
    }
    Node = (PCREDIR_NODE)ExAllocatePoolWithTag(NonPagedPool, sizeof(CREDIR_NODE), CREDIR_TAG);
    if (Node == NULL) {
        return NULL;
    }
    RtlZeroMemory(Node, sizeof(*Node));
    Node->Parent = Parent;
    Node->Id = ++CredirLastId;
    Node->Directory = Directory;
    Node->Linked = TRUE;
    Node->Attributes = Directory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;
    InitializeListHead(&Node->Children);
    RtlCopyMemory(Node->NameBuffer, Name->Buffer, Name->Length);
    Node->Name.Buffer = Node->NameBuffer;
    Node->Name.Length = Name->Length;
    Node->Name.MaximumLength = sizeof(Node->NameBuffer);
    KeQuerySystemTime(&Node->CreationTime);
    Node->LastAccessTime = Node->LastWriteTime = Node->ChangeTime = Node->CreationTime;
    InsertTailList(Parent != NULL ? &Parent->Children : &CredirShares, &Node->Siblings);
    return Node;
}

NTSTATUS CredirResize(PCREDIR_NODE Node, ULONG Size)
{
    if (Size > Node->Capacity) {
        ULONG Capacity = Size + Size / 2 + 512;
        PUCHAR Data = (PUCHAR)ExAllocatePoolWithTag(NonPagedPool, Capacity, CREDIR_TAG);
        if (Data == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(Data, Capacity);
        if (Node->Data != NULL) {
            RtlCopyMemory(Data, Node->Data, Node->Size);
            ExFreePoolWithTag(Node->Data, CREDIR_TAG);
        }
        Node->Data = Data;
        Node->Capacity = Capacity;
    } else if (Size < Node->Size) {
        RtlZeroMemory(Node->Data + Size, Node->Size - Size);
    }
    Node->Size = Size;
    KeQuerySystemTime(&Node->LastWriteTime);
    Node->ChangeTime = Node->LastWriteTime;
    return STATUS_SUCCESS;
}

static NTSTATUS MakeFile(PCREDIR_NODE Parent, PCWSTR Name, const char* Text)
{
    UNICODE_STRING String;
    PCREDIR_NODE Node;
    NTSTATUS Status;

    RtlInitUnicodeString(&String, Name);
    Node = CredirMake(Parent, &String, Text == NULL);
    if (Node == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Text != NULL) {
        Status = CredirResize(Node, (ULONG)strlen(Text));
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        RtlCopyMemory(Node->Data, Text, Node->Size);
    }
    return STATUS_SUCCESS;
}

NTSTATUS CredirTreeCreate(VOID)
{
    UNICODE_STRING Public = RTL_CONSTANT_STRING(L"public");
    UNICODE_STRING Docs = RTL_CONSTANT_STRING(L"docs");
    NTSTATUS Status;

    if (CredirShares.Flink == NULL) {
        InitializeListHead(&CredirShares);
    }
    if (!IsListEmpty(&CredirShares)) {
        return STATUS_SUCCESS;
    }
    Status = MakeFile(NULL, L"public", NULL);
    if (NT_SUCCESS(Status)) {
        Status = MakeFile(NULL, L"private", NULL);
    }
    if (NT_SUCCESS(Status)) {
        Status = MakeFile(CredirFindShare(&Public), L"readme.txt", CREDIR_README_TEXT);
    }
    if (NT_SUCCESS(Status)) {
        Status = MakeFile(CredirFindShare(&Public), L"docs", NULL);
    }
    if (NT_SUCCESS(Status)) {
        Status = MakeFile(
            FindIn(&CredirFindShare(&Public)->Children, &Docs), L"guide.txt", CREDIR_GUIDE_TEXT);
    }
    if (!NT_SUCCESS(Status)) {
        CredirTreeDestroy();
    }
    return Status;
}

static VOID FreeNode(PCREDIR_NODE Node)
{
    if (Node->Data != NULL) {
        ExFreePoolWithTag(Node->Data, CREDIR_TAG);
    }
    ExFreePoolWithTag(Node, CREDIR_TAG);
}

/* Takes the node out of its directory; it is freed when nobody has it open. */
VOID CredirUnlink(PCREDIR_NODE Node)
{
    if (Node->Linked) {
        Node->Linked = FALSE;
        RemoveEntryList(&Node->Siblings);
        Node->Parent = NULL;
        if (Node->Opens == 0) {
            FreeNode(Node);
        }
    }
}

VOID CredirDereference(PCREDIR_NODE Node)
{
    if (--Node->Opens == 0 && !Node->Linked) {
        FreeNode(Node);
    }
}

/* Deepest first, without recursion: down to a leaf, unlink it, start over from its parent. */
VOID CredirTreeDestroy(VOID)
{
    while (CredirShares.Flink != NULL && !IsListEmpty(&CredirShares)) {
        PCREDIR_NODE Node = CONTAINING_RECORD(CredirShares.Flink, CREDIR_NODE, Siblings);
        while (!IsListEmpty(&Node->Children)) {
            Node = CONTAINING_RECORD(Node->Children.Flink, CREDIR_NODE, Siblings);
        }
        CredirUnlink(Node);
    }
}

PCREDIR_NODE CredirFindShare(PCUNICODE_STRING Share)
{
    return CredirShares.Flink == NULL ? NULL : FindIn(&CredirShares, Share);
}

/* Walks \a\b\c below Root. NULL: *Parent and *Last say where c would be, when everything before it
 * exists (else *Parent is NULL). */
PCREDIR_NODE
CredirFind(PCREDIR_NODE Root, PCUNICODE_STRING Path, PCREDIR_NODE* Parent, PUNICODE_STRING Last)
{
    UNICODE_STRING Rest = *Path;
    PCREDIR_NODE Node = Root;

    *Parent = NULL;
    Last->Length = 0;
    for (;;) {
        USHORT Length = 0;

        while (Rest.Length != 0 && Rest.Buffer[0] == L'\\') {
            Rest.Buffer++;
            Rest.Length -= sizeof(WCHAR);
        }
        if (Rest.Length == 0) {
            return Node;
        }
        while (Length < Rest.Length && Rest.Buffer[Length / sizeof(WCHAR)] != L'\\') {
            Length += sizeof(WCHAR);
        }
        if (Node == NULL || !Node->Directory) {
            *Parent = NULL; /* something before the last component is missing */
            return NULL;
        }
        *Parent = Node;
        Last->Buffer = Rest.Buffer;
        Last->Length = Last->MaximumLength = Length;
        Node = FindIn(&Node->Children, Last);
        Rest.Buffer += Length / sizeof(WCHAR);
        Rest.Length -= Length;
        if (Node == NULL && Rest.Length == 0) {
            return NULL;
        }
    }
}

/* Moves a node to another path of the same share. */
NTSTATUS CredirRename(PCREDIR_NODE Root, PCREDIR_NODE Node, PCUNICODE_STRING Path, BOOLEAN Replace)
{
    PCREDIR_NODE Parent;
    PCREDIR_NODE Ancestor;
    UNICODE_STRING Last;
    PCREDIR_NODE Existing = CredirFind(Root, Path, &Parent, &Last);

    if (Parent == NULL) {
        return STATUS_OBJECT_PATH_NOT_FOUND;
    }
    if (Last.Length > sizeof(Node->NameBuffer)) {
        return STATUS_NAME_TOO_LONG;
    }
    for (Ancestor = Parent; Ancestor != NULL; Ancestor = Ancestor->Parent) {
        if (Ancestor == Node) {
            return STATUS_ACCESS_DENIED; /* into itself */
        }
    }
    if (Existing != NULL && Existing != Node) {
        if (!Replace) {
            return STATUS_OBJECT_NAME_COLLISION;
        }
        if (Existing->Directory || Existing->Opens != 0) {
            return STATUS_ACCESS_DENIED;
        }
        CredirUnlink(Existing);
    }
    RemoveEntryList(&Node->Siblings);
    InsertTailList(&Parent->Children, &Node->Siblings);
    Node->Parent = Parent;
    RtlCopyMemory(Node->NameBuffer, Last.Buffer, Last.Length);
    Node->Name.Length = Last.Length;
    KeQuerySystemTime(&Node->ChangeTime);
    return STATUS_SUCCESS;
}
