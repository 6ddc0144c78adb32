// Generic tables: RTL_GENERIC_TABLE (splay links, insertion order) and RTL_AVL_TABLE.
//
// An element is one allocation of the caller's routine: the links, then the caller's bytes. Callers
// of the splay table see no more of the tree than its order, so it is kept as a plain binary tree
// whose found node is splayed to the root, which keeps it as fast as Windows' own.
#include <ntifs.h>

namespace {

struct TableEntry
{
    RTL_SPLAY_LINKS Links;
    LIST_ENTRY ListLinks;
    ULONGLONG UserData; // aligned start of the caller's bytes
};

struct AvlEntry
{
    RTL_BALANCED_LINKS Links;
    ULONGLONG UserData;
};

PVOID RtlpUserData(PRTL_SPLAY_LINKS Links)
{
    return &CONTAINING_RECORD(Links, TableEntry, Links)->UserData;
}

PVOID RtlpUserData(PRTL_BALANCED_LINKS Links)
{
    return &CONTAINING_RECORD(Links, AvlEntry, Links)->UserData;
}

/// Finds the element, or the node below which it belongs.
template <typename Table, typename Links>
TABLE_SEARCH_RESULT RtlpSearch(Table* Tree, Links* Root, PVOID Buffer, Links** NodeOrParent)
{
    Links* Node = Root;
    *NodeOrParent = nullptr;
    TABLE_SEARCH_RESULT Result = TableEmptyTree;
    while (Node) {
        *NodeOrParent = Node;
        const RTL_GENERIC_COMPARE_RESULTS Order
            = Tree->CompareRoutine(Tree, Buffer, RtlpUserData(Node));
        if (Order == GenericEqual)
            return TableFoundNode;
        Result = Order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        Node = Order == GenericLessThan ? Node->LeftChild : Node->RightChild;
    }
    return Result;
}

// --- splay links
// ------------------------------------------------------------------------------------------------------
// The parent of a root is the root itself, as RtlIsRoot expects.

void RtlpReplaceChild(PRTL_SPLAY_LINKS Parent, PRTL_SPLAY_LINKS Old, PRTL_SPLAY_LINKS New)
{
    if (Parent == Old) { // Old was the root
        if (New)
            New->Parent = New;
        return;
    }
    if (Parent->LeftChild == Old)
        Parent->LeftChild = New;
    else
        Parent->RightChild = New;
    if (New)
        New->Parent = Parent;
}

void RtlpRotateUp(PRTL_SPLAY_LINKS Node)
{
    PRTL_SPLAY_LINKS Parent = Node->Parent;
    PRTL_SPLAY_LINKS Grandparent = Parent->Parent;
    const BOOLEAN Left = Parent->LeftChild == Node;
    PRTL_SPLAY_LINKS Inner = Left ? Node->RightChild : Node->LeftChild;
    RtlpReplaceChild(Grandparent == Parent ? Parent : Grandparent, Parent, Node);
    if (Left) {
        Parent->LeftChild = Inner;
        Node->RightChild = Parent;
    } else {
        Parent->RightChild = Inner;
        Node->LeftChild = Parent;
    }
    if (Inner)
        Inner->Parent = Parent;
    Parent->Parent = Node;
}

} // namespace

extern "C" {

PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS Links)
{
    while (Links->Parent != Links) {
        PRTL_SPLAY_LINKS Parent = Links->Parent;
        PRTL_SPLAY_LINKS Grandparent = Parent->Parent;
        if (Grandparent != Parent) {
            const BOOLEAN Straight
                = (Parent->LeftChild == Links) == (Grandparent->LeftChild == Parent);
            RtlpRotateUp(Straight ? Parent : Links);
        }
        RtlpRotateUp(Links);
    }
    return Links;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS Node = Links->RightChild;
    while (Node && Node->LeftChild)
        Node = Node->LeftChild;
    return Node;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS Node = Links->LeftChild;
    while (Node && Node->RightChild)
        Node = Node->RightChild;
    return Node;
}

PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS Links)
{
    if (PRTL_SPLAY_LINKS Below = RtlSubtreeSuccessor(Links))
        return Below;
    while (Links->Parent != Links) {
        if (Links->Parent->LeftChild == Links)
            return Links->Parent;
        Links = Links->Parent;
    }
    return nullptr;
}

PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS Links)
{
    if (PRTL_SPLAY_LINKS Below = RtlSubtreePredecessor(Links))
        return Below;
    while (Links->Parent != Links) {
        if (Links->Parent->RightChild == Links)
            return Links->Parent;
        Links = Links->Parent;
    }
    return nullptr;
}

VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS Links, PRTL_SPLAY_LINKS* Root)
{
    if (Links->LeftChild && Links->RightChild) {
        // The predecessor has no right child: it takes the node's place.
        PRTL_SPLAY_LINKS Heir = RtlSubtreePredecessor(Links);
        RtlpReplaceChild(Heir->Parent, Heir, Heir->LeftChild);
        *Heir = *Links;
        if (Heir->LeftChild)
            Heir->LeftChild->Parent = Heir;
        Heir->RightChild->Parent = Heir;
        if (Links->Parent == Links) {
            Heir->Parent = Heir;
            *Root = Heir;
        } else if (Links->Parent->LeftChild == Links) {
            Links->Parent->LeftChild = Heir;
        } else {
            Links->Parent->RightChild = Heir;
        }
        return;
    }
    PRTL_SPLAY_LINKS Child = Links->LeftChild ? Links->LeftChild : Links->RightChild;
    if (Links->Parent == Links)
        *Root = Child;
    RtlpReplaceChild(Links->Parent, Links, Child);
}

PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS Links)
{
    PRTL_SPLAY_LINKS Root = RtlSplay(Links);
    RtlDeleteNoSplay(Links, &Root);
    return Root;
}

VOID NTAPI RtlInitializeGenericTable(
    PRTL_GENERIC_TABLE Table,
    PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
    PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine,
    PRTL_GENERIC_FREE_ROUTINE FreeRoutine,
    PVOID TableContext)
{
    *Table = {};
    InitializeListHead(&Table->InsertOrderList);
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

PVOID NTAPI RtlLookupElementGenericTableFull(
    PRTL_GENERIC_TABLE Table, PVOID Buffer, PVOID* NodeOrParent, TABLE_SEARCH_RESULT* SearchResult)
{
    PRTL_SPLAY_LINKS Node;
    *SearchResult = RtlpSearch(Table, Table->TableRoot, Buffer, &Node);
    *NodeOrParent = Node;
    if (*SearchResult != TableFoundNode)
        return nullptr;
    Table->TableRoot = RtlSplay(Node);
    return RtlpUserData(Node);
}

PVOID NTAPI RtlInsertElementGenericTableFull(
    PRTL_GENERIC_TABLE Table,
    PVOID Buffer,
    CLONG BufferSize,
    PBOOLEAN NewElement,
    PVOID NodeOrParent,
    TABLE_SEARCH_RESULT SearchResult)
{
    PRTL_SPLAY_LINKS Node = (PRTL_SPLAY_LINKS)NodeOrParent;
    const BOOLEAN IsNew = SearchResult != TableFoundNode;
    if (IsNew) {
        TableEntry* Entry = (TableEntry*)Table->AllocateRoutine(
            Table, (CLONG)FIELD_OFFSET(TableEntry, UserData) + BufferSize);
        if (!Entry) {
            if (NewElement)
                *NewElement = FALSE;
            return nullptr;
        }
        Entry->Links = {};
        Entry->Links.Parent = &Entry->Links;
        if (SearchResult != TableEmptyTree) {
            Entry->Links.Parent = Node;
            (SearchResult == TableInsertAsLeft ? Node->LeftChild : Node->RightChild)
                = &Entry->Links;
        }
        InsertTailList(&Table->InsertOrderList, &Entry->ListLinks);
        Table->NumberGenericTableElements++;
        RtlCopyMemory(&Entry->UserData, Buffer, BufferSize);
        Node = &Entry->Links;
    }
    Table->TableRoot = RtlSplay(Node);
    if (NewElement)
        *NewElement = IsNew;
    return RtlpUserData(Node);
}

PVOID NTAPI RtlInsertElementGenericTable(
    PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement)
{
    PRTL_SPLAY_LINKS Node;
    const TABLE_SEARCH_RESULT Result = RtlpSearch(Table, Table->TableRoot, Buffer, &Node);
    return RtlInsertElementGenericTableFull(Table, Buffer, BufferSize, NewElement, Node, Result);
}

PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
    PVOID Node;
    TABLE_SEARCH_RESULT Result;
    return RtlLookupElementGenericTableFull(Table, Buffer, &Node, &Result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
    PRTL_SPLAY_LINKS Node;
    if (RtlpSearch(Table, Table->TableRoot, Buffer, &Node) != TableFoundNode)
        return FALSE;
    TableEntry* Entry = CONTAINING_RECORD(Node, TableEntry, Links);
    Table->TableRoot = RtlDelete(Node);
    RemoveEntryList(&Entry->ListLinks);
    Table->NumberGenericTableElements--;
    Table->WhichOrderedElement = 0;
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->FreeRoutine(Table, Entry);
    return TRUE;
}

ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table)
{
    return Table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table)
{
    return Table->TableRoot == nullptr;
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID* RestartKey)
{
    PRTL_SPLAY_LINKS Node = (PRTL_SPLAY_LINKS)*RestartKey;
    if (Node) {
        Node = RtlRealSuccessor(Node);
    } else {
        Node = Table->TableRoot;
        while (Node && Node->LeftChild)
            Node = Node->LeftChild;
    }
    if (!Node)
        return nullptr;
    *RestartKey = Node;
    return RtlpUserData(Node);
}

/// The node last returned was splayed to the root, so the next one is the root's successor.
PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart)
{
    PVOID Key = Restart ? nullptr : Table->TableRoot;
    PVOID Found = Table->TableRoot ? RtlEnumerateGenericTableWithoutSplaying(Table, &Key) : nullptr;
    if (Found)
        Table->TableRoot = RtlSplay((PRTL_SPLAY_LINKS)Key);
    return Found;
}

/// The element that was inserted as number I (from 0), counting those that are still there.
PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG I)
{
    if (I >= Table->NumberGenericTableElements)
        return nullptr;
    PLIST_ENTRY Link = Table->InsertOrderList.Flink;
    while (I--)
        Link = Link->Flink;
    return &CONTAINING_RECORD(Link, TableEntry, ListLinks)->UserData;
}

} // extern "C"

// --- AVL
// --------------------------------------------------------------------------------------------------------------
// BalancedRoot is a sentinel: the tree hangs from its right child, and its parent is itself.
// Balance is the height of the right subtree less that of the left.

namespace {

using AvlLinks = RTL_BALANCED_LINKS;

void RtlpAvlRotate(AvlLinks* Node, BOOLEAN Left)
{
    AvlLinks* Child = Left ? Node->RightChild : Node->LeftChild;
    AvlLinks* Inner = Left ? Child->LeftChild : Child->RightChild;
    AvlLinks* Parent = Node->Parent;
    (Parent->LeftChild == Node ? Parent->LeftChild : Parent->RightChild) = Child;
    Child->Parent = Parent;
    (Left ? Node->RightChild : Node->LeftChild) = Inner;
    if (Inner)
        Inner->Parent = Node;
    (Left ? Child->LeftChild : Child->RightChild) = Node;
    Node->Parent = Child;
}

/// Mends a node whose balance has become +2 or -2. Returns the new top of the subtree; *Lower tells
/// whether it got lower.
AvlLinks* RtlpAvlMend(AvlLinks* Node, BOOLEAN* Lower)
{
    const CHAR Heavy = Node->Balance > 0 ? 1 : -1;
    AvlLinks* Child = Heavy > 0 ? Node->RightChild : Node->LeftChild;
    *Lower = TRUE;
    if (Child->Balance != -Heavy) {
        RtlpAvlRotate(Node, Heavy > 0);
        *Lower = Child->Balance != 0;
        Node->Balance = (CHAR)(Child->Balance ? 0 : Heavy);
        Child->Balance = (CHAR)(Child->Balance ? 0 : -Heavy);
        return Child;
    }
    AvlLinks* Inner = Heavy > 0 ? Child->LeftChild : Child->RightChild;
    RtlpAvlRotate(Child, Heavy < 0);
    RtlpAvlRotate(Node, Heavy > 0);
    Node->Balance = (CHAR)(Inner->Balance == Heavy ? -Heavy : 0);
    Child->Balance = (CHAR)(Inner->Balance == -Heavy ? Heavy : 0);
    Inner->Balance = 0;
    return Inner;
}

void RtlpAvlGrown(PRTL_AVL_TABLE Table, AvlLinks* Node)
{
    while (Node->Parent != &Table->BalancedRoot) {
        AvlLinks* Parent = Node->Parent;
        Parent->Balance = (CHAR)(Parent->Balance + (Parent->LeftChild == Node ? -1 : 1));
        if (Parent->Balance == 0)
            return;
        if (Parent->Balance == 2 || Parent->Balance == -2) {
            BOOLEAN Lower;
            RtlpAvlMend(Parent, &Lower);
            return;
        }
        Node = Parent;
    }
    Table->DepthOfTree++;
}

/// The left (or right) subtree of Parent became lower.
void RtlpAvlShrunk(PRTL_AVL_TABLE Table, AvlLinks* Parent, BOOLEAN Left)
{
    while (Parent != &Table->BalancedRoot) {
        Parent->Balance = (CHAR)(Parent->Balance + (Left ? 1 : -1));
        AvlLinks* Top = Parent;
        BOOLEAN Lower = Parent->Balance == 0;
        if (Parent->Balance == 2 || Parent->Balance == -2)
            Top = RtlpAvlMend(Parent, &Lower);
        if (!Lower)
            return;
        Parent = Top->Parent;
        Left = Parent->LeftChild == Top;
    }
    Table->DepthOfTree--;
}

AvlLinks* RtlpAvlFirst(PRTL_AVL_TABLE Table)
{
    AvlLinks* Node = Table->BalancedRoot.RightChild;
    while (Node && Node->LeftChild)
        Node = Node->LeftChild;
    return Node;
}

AvlLinks* RtlpAvlNext(PRTL_AVL_TABLE Table, AvlLinks* Node)
{
    if (Node->RightChild) {
        Node = Node->RightChild;
        while (Node->LeftChild)
            Node = Node->LeftChild;
        return Node;
    }
    while (Node->Parent != &Table->BalancedRoot && Node->Parent->RightChild == Node)
        Node = Node->Parent;
    return Node->Parent == &Table->BalancedRoot ? nullptr : Node->Parent;
}

void RtlpAvlUnlink(PRTL_AVL_TABLE Table, AvlLinks* Node)
{
    if (Node->LeftChild && Node->RightChild) {
        AvlLinks* Heir = RtlpAvlNext(Table, Node); // has no left child
        AvlLinks* ShrunkParent = Heir->Parent == Node ? Heir : Heir->Parent;
        const BOOLEAN ShrunkLeft = Heir->Parent != Node;
        (Heir->Parent->LeftChild == Heir ? Heir->Parent->LeftChild : Heir->Parent->RightChild)
            = Heir->RightChild;
        if (Heir->RightChild)
            Heir->RightChild->Parent = Heir->Parent;
        Heir->Parent = Node->Parent;
        Heir->LeftChild = Node->LeftChild;
        Heir->RightChild = Node->RightChild;
        Heir->Balance = Node->Balance;
        Heir->LeftChild->Parent = Heir;
        if (Heir->RightChild)
            Heir->RightChild->Parent = Heir;
        (Node->Parent->LeftChild == Node ? Node->Parent->LeftChild : Node->Parent->RightChild)
            = Heir;
        RtlpAvlShrunk(Table, ShrunkParent, ShrunkLeft);
        return;
    }
    AvlLinks* Child = Node->LeftChild ? Node->LeftChild : Node->RightChild;
    AvlLinks* Parent = Node->Parent;
    const BOOLEAN Left = Parent->LeftChild == Node;
    (Left ? Parent->LeftChild : Parent->RightChild) = Child;
    if (Child)
        Child->Parent = Parent;
    RtlpAvlShrunk(Table, Parent, Left);
}

} // namespace

extern "C" {

VOID NTAPI RtlInitializeGenericTableAvl(
    PRTL_AVL_TABLE Table,
    PRTL_AVL_COMPARE_ROUTINE CompareRoutine,
    PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine,
    PRTL_AVL_FREE_ROUTINE FreeRoutine,
    PVOID TableContext)
{
    *Table = {};
    Table->BalancedRoot.Parent = &Table->BalancedRoot;
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

PVOID NTAPI RtlLookupElementGenericTableFullAvl(
    PRTL_AVL_TABLE Table, PVOID Buffer, PVOID* NodeOrParent, TABLE_SEARCH_RESULT* SearchResult)
{
    AvlLinks* Node;
    *SearchResult = RtlpSearch(Table, Table->BalancedRoot.RightChild, Buffer, &Node);
    *NodeOrParent = Node;
    return *SearchResult == TableFoundNode ? RtlpUserData(Node) : nullptr;
}

PVOID NTAPI RtlInsertElementGenericTableFullAvl(
    PRTL_AVL_TABLE Table,
    PVOID Buffer,
    CLONG BufferSize,
    PBOOLEAN NewElement,
    PVOID NodeOrParent,
    TABLE_SEARCH_RESULT SearchResult)
{
    AvlLinks* Node = (AvlLinks*)NodeOrParent;
    if (NewElement)
        *NewElement = FALSE;
    if (SearchResult == TableFoundNode)
        return RtlpUserData(Node);
    AvlEntry* Entry = (AvlEntry*)Table->AllocateRoutine(
        Table, (CLONG)FIELD_OFFSET(AvlEntry, UserData) + BufferSize);
    if (!Entry)
        return nullptr;
    Entry->Links = {};
    Entry->Links.Parent = SearchResult == TableEmptyTree ? &Table->BalancedRoot : Node;
    if (SearchResult == TableInsertAsLeft)
        Node->LeftChild = &Entry->Links;
    else
        Entry->Links.Parent->RightChild = &Entry->Links;
    RtlCopyMemory(&Entry->UserData, Buffer, BufferSize);
    Table->NumberGenericTableElements++;
    RtlpAvlGrown(Table, &Entry->Links);
    if (NewElement)
        *NewElement = TRUE;
    return &Entry->UserData;
}

PVOID NTAPI RtlInsertElementGenericTableAvl(
    PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement)
{
    PVOID Node;
    TABLE_SEARCH_RESULT Result;
    RtlLookupElementGenericTableFullAvl(Table, Buffer, &Node, &Result);
    return RtlInsertElementGenericTableFullAvl(Table, Buffer, BufferSize, NewElement, Node, Result);
}

PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
    PVOID Node;
    TABLE_SEARCH_RESULT Result;
    return RtlLookupElementGenericTableFullAvl(Table, Buffer, &Node, &Result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
    AvlLinks* Node;
    if (RtlpSearch(Table, Table->BalancedRoot.RightChild, Buffer, &Node) != TableFoundNode)
        return FALSE;
    if (Table->RestartKey == Node)
        Table->RestartKey = nullptr;
    RtlpAvlUnlink(Table, Node);
    Table->NumberGenericTableElements--;
    Table->DeleteCount++;
    Table->WhichOrderedElement = 0;
    Table->OrderedPointer = nullptr;
    Table->FreeRoutine(Table, CONTAINING_RECORD(Node, AvlEntry, Links));
    return TRUE;
}

ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table)
{
    return Table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table)
{
    return Table->NumberGenericTableElements == 0;
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID* RestartKey)
{
    AvlLinks* Node = *RestartKey ? RtlpAvlNext(Table, (AvlLinks*)*RestartKey) : RtlpAvlFirst(Table);
    if (!Node)
        return nullptr;
    *RestartKey = Node;
    return RtlpUserData(Node);
}

PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart)
{
    PVOID Key = Restart ? nullptr : Table->RestartKey;
    PVOID Found = RtlEnumerateGenericTableWithoutSplayingAvl(Table, &Key);
    Table->RestartKey = Found ? (AvlLinks*)Key : nullptr;
    return Found;
}

/// The element number I in order (from 0).
PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG I)
{
    if (I >= Table->NumberGenericTableElements)
        return nullptr;
    AvlLinks* Node = RtlpAvlFirst(Table);
    while (I--)
        Node = RtlpAvlNext(Table, Node);
    return RtlpUserData(Node);
}

} // extern "C"
