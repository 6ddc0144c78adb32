#include "engine/host/text.h"
#include "engine/ntos/inc/psp.h"
#include "engine/ntos/inc/sep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

GENERIC_MAPPING kFileMapping
    = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };

struct Allowed
{
    bool granted;
    NTSTATUS status;
    ACCESS_MASK access;
};

// A descriptor with an owner and entries, and what a user gets from it.
struct Descriptor
{
    SECURITY_DESCRIPTOR sd;
    alignas(8) UCHAR acl[512];

    explicit Descriptor(PSID owner = nullptr)
    {
        RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
        RtlCreateAcl(list(), sizeof(acl), ACL_REVISION);
        RtlSetDaclSecurityDescriptor(&sd, TRUE, list(), FALSE);
        if (owner)
            RtlSetOwnerSecurityDescriptor(&sd, owner, FALSE);
    }
    PACL list() { return reinterpret_cast<PACL>(acl); }
    Descriptor& allow(PSID sid, ACCESS_MASK mask)
    {
        RtlAddAccessAllowedAce(list(), ACL_REVISION, mask, sid);
        return *this;
    }
    Descriptor& deny(PSID sid, ACCESS_MASK mask)
    {
        RtlAddAccessAllowedAce(list(), ACL_REVISION, mask, sid);
        PVOID ace = nullptr;
        RtlGetAce(list(), list()->AceCount - 1u, &ace);
        static_cast<PACE_HEADER>(ace)->AceType = ACCESS_DENIED_ACE_TYPE;
        return *this;
    }
    Allowed check(ntos::Process* as, ACCESS_MASK wanted, KPROCESSOR_MODE mode = UserMode)
    {
        SECURITY_SUBJECT_CONTEXT context {};
        context.PrimaryToken = as->Token;
        Allowed result {};
        result.granted = SeAccessCheck(
            &sd, &context, FALSE, wanted, 0, nullptr, &kFileMapping, mode, &result.access,
            &result.status);
        return result;
    }
};

} // namespace

TEST_CASE("tokens of one user share the logon id, users have their own", "[se]")
{
    onKernel([](ntos::World& world) {
        LUID first, second, other;
        SeQueryAuthenticationIdToken(world.createProcess("one", "alice")->Token, &first);
        SeQueryAuthenticationIdToken(world.createProcess("two", "ALICE")->Token, &second);
        SeQueryAuthenticationIdToken(world.createProcess("three", "bob")->Token, &other);
        CHECK(RtlEqualLuid(&first, &second));
        CHECK_FALSE(RtlEqualLuid(&first, &other));
        CHECK_FALSE(RtlEqualSid(
            SepTokenUserSid(world.createProcess("four", "carol")->Token),
            SepTokenUserSid(world.createProcess("five", "bob")->Token)));
    });
}

TEST_CASE("an access list grants what its entries name and nothing else", "[se]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* alice = world.createProcess("app", "alice");
        ntos::Process* bob = world.createProcess("app", "bob");
        Descriptor d;
        d.allow(SepTokenUserSid(alice->Token), FILE_GENERIC_READ);
        CHECK(d.check(alice, GENERIC_READ).granted);
        CHECK(d.check(alice, FILE_READ_DATA).access == FILE_READ_DATA);
        CHECK(d.check(alice, FILE_READ_DATA | FILE_WRITE_DATA).status == STATUS_ACCESS_DENIED);
        CHECK(d.check(bob, FILE_READ_DATA).status == STATUS_ACCESS_DENIED);
        CHECK(d.check(bob, GENERIC_ALL, KernelMode).granted);
        CHECK(d.check(alice, MAXIMUM_ALLOWED).access == FILE_GENERIC_READ);
    });
}

TEST_CASE("a denial before a grant wins, after it does not", "[se]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* alice = world.createProcess("app", "alice");
        PSID sid = SepTokenUserSid(alice->Token);
        Descriptor before, after;
        before.deny(sid, FILE_WRITE_DATA).allow(SeExports->SeWorldSid, FILE_ALL_ACCESS);
        after.allow(SeExports->SeWorldSid, FILE_ALL_ACCESS).deny(sid, FILE_WRITE_DATA);
        CHECK_FALSE(before.check(alice, FILE_WRITE_DATA).granted);
        CHECK(before.check(alice, FILE_READ_DATA).granted);
        CHECK(after.check(alice, FILE_WRITE_DATA).granted);
        CHECK((before.check(alice, MAXIMUM_ALLOWED).access & FILE_WRITE_DATA) == 0);
    });
}

TEST_CASE("no list grants everything, an empty list only the owner's rights", "[se]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* alice = world.createProcess("app", "alice");
        ntos::Process* bob = world.createProcess("app", "bob");
        Descriptor open, empty(SepTokenUserSid(alice->Token));
        RtlSetDaclSecurityDescriptor(&open.sd, TRUE, nullptr, FALSE);
        CHECK(open.check(bob, GENERIC_ALL).granted);
        CHECK_FALSE(empty.check(bob, READ_CONTROL).granted);
        CHECK(empty.check(alice, READ_CONTROL | WRITE_DAC).granted);
        CHECK_FALSE(empty.check(alice, FILE_READ_DATA).granted);
        Descriptor restricted(SepTokenUserSid(alice->Token));
        restricted.allow(SeExports->SeOwnerRightsSid, READ_CONTROL);
        CHECK(restricted.check(alice, READ_CONTROL).granted);
        CHECK_FALSE(restricted.check(alice, WRITE_DAC).granted);
    });
}

TEST_CASE("the audit list needs a privilege, which administrators have", "[se]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* alice = world.createProcess("app", "alice");
        ntos::Process* admin = world.createProcess("app", "Administrator");
        Descriptor d;
        d.allow(SeExports->SeWorldSid, FILE_ALL_ACCESS);
        CHECK(d.check(alice, ACCESS_SYSTEM_SECURITY).status == STATUS_PRIVILEGE_NOT_HELD);
        CHECK(d.check(admin, ACCESS_SYSTEM_SECURITY).granted);
        CHECK(SeTokenIsAdmin(admin->Token));
        CHECK_FALSE(SeTokenIsAdmin(alice->Token));
    });
}

TEST_CASE("a token tells its user, groups and statistics", "[se]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* alice = world.createProcess("app", "alice");
        PVOID information = nullptr;
        REQUIRE(SeQueryInformationToken(alice->Token, TokenUser, &information) == STATUS_SUCCESS);
        UNICODE_STRING text;
        CHECK(
            RtlConvertSidToUnicodeString(
                &text, static_cast<PTOKEN_USER>(information)->User.Sid, TRUE)
            == STATUS_SUCCESS);
        CHECK(
            host::toUtf8({ reinterpret_cast<char16_t*>(text.Buffer), text.Length / sizeof(WCHAR) })
            == "S-1-5-21-1000000001-1000000002-1000000003-1001");
        RtlFreeUnicodeString(&text);
        ExFreePool(information);
        REQUIRE(SeQueryInformationToken(alice->Token, TokenGroups, &information) == STATUS_SUCCESS);
        auto* groups = static_cast<PTOKEN_GROUPS>(information);
        CHECK(groups->GroupCount == 4);
        CHECK(RtlEqualSid(groups->Groups[0].Sid, SeExports->SeWorldSid));
        ExFreePool(information);
        REQUIRE(
            SeQueryInformationToken(alice->Token, TokenStatistics, &information) == STATUS_SUCCESS);
        LUID logon;
        SeQueryAuthenticationIdToken(alice->Token, &logon);
        CHECK(RtlEqualLuid(&static_cast<PTOKEN_STATISTICS>(information)->AuthenticationId, &logon));
        ExFreePool(information);
        ULONG session = 99;
        CHECK(SeQuerySessionIdToken(alice->Token, &session) == STATUS_SUCCESS);
        CHECK(session == 1);
        CHECK(
            SeQueryInformationToken(alice->Token, TokenOrigin, &information)
            == STATUS_INVALID_INFO_CLASS);
    });
}

TEST_CASE("a client context lets a server thread act as its client", "[se]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* alice = world.createProcess("app", "alice");
        SECURITY_SUBJECT_CONTEXT subject {};
        SECURITY_CLIENT_CONTEXT client;
        SECURITY_QUALITY_OF_SERVICE qos
            = { sizeof(qos), SecurityImpersonation, SECURITY_STATIC_TRACKING, FALSE };
        subject.PrimaryToken = alice->Token;
        REQUIRE(
            SeCreateClientSecurityFromSubjectContext(&subject, &qos, FALSE, &client)
            == STATUS_SUCCESS);
        CHECK(SeImpersonateClientEx(&client, nullptr) == STATUS_SUCCESS);
        LUID own, acting;
        SeQueryAuthenticationIdToken(alice->Token, &own);
        SeQueryAuthenticationIdToken(PsGetCurrentThread()->ImpersonationToken, &acting);
        CHECK(RtlEqualLuid(&own, &acting));
        SeStopImpersonatingClient();
        SeDeleteClientSecurity(&client);
        const ULONG nonsense = 9;
        memcpy(&qos.ImpersonationLevel, &nonsense, sizeof(nonsense));
        CHECK(
            SeCreateClientSecurityFromSubjectContext(&subject, &qos, FALSE, &client)
            == STATUS_BAD_IMPERSONATION_LEVEL);
    });
}
