/* specstrings.h - its words are in sal.h. */
#include "sal.h"
