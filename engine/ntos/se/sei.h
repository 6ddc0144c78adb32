// sei.h - what the files of se share.
#pragma once

#include "engine/ntos/inc/init.h"
#include "engine/ntos/inc/kep.h"
#include "engine/ntos/inc/obp.h"
#include "engine/ntos/inc/psp.h"
#include "engine/ntos/inc/sep.h"

#define SE_TAG_TOKEN 'oTeS'
#define SE_TAG_ACCESS 'cAeS'
#define SE_TAG_LOGON 'nLeS'

// A SID in the shape of the well-known ones, initialised statically.
struct SEP_SID
{
    UCHAR Revision;
    UCHAR SubAuthorityCount;
    UCHAR Authority[6];
    ULONG SubAuthority[8];
};

extern "C" {

extern SEP_SID SepWorldSid; // S-1-1-0
extern SEP_SID SepLocalSystemSid; // S-1-5-18
extern SEP_SID SepAuthenticatedUsersSid; // S-1-5-11
extern SEP_SID SepAliasAdminsSid; // S-1-5-32-544
extern SEP_SID SepAliasUsersSid; // S-1-5-32-545
extern SEP_SID SepAnonymousSid; // S-1-5-7
extern SEP_SID SepInteractiveSid; // S-1-5-4
extern SEP_SID SepCreatorOwnerSid; // S-1-3-0
extern SEP_SID SepOwnerRightsSid; // S-1-3-4
extern SEP_SID SepNetworkSid; // S-1-5-2

void SepInitExports(void);

/// TRUE when the token holds the privilege enabled.
BOOLEAN SepHasPrivilege(PSEP_TOKEN Token, LUID Privilege);

PSEP_TOKEN SepEffectiveToken(PSECURITY_SUBJECT_CONTEXT Context);

} // extern "C"
