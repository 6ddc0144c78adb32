/* rdrseh.h - structured exceptions; see the contract below. */
#ifndef RDRSEH_H
#define RDRSEH_H
#endif
