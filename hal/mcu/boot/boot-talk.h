/*
 * How the boot stub asks the world for what is not in its address space: netstrings on the files 3 and 4, as the firmware has them after it
 * (hal/mcu/main.c).
 *
 *   from there:  ?            choose                          /S   S is 0: the part did it; 1: it says that it did not
 *   to there:    ?OAAAAB…     program (O is 2) or erase (O is 32, a sector) at the address A, little-endian; the bytes B
 *                .REPORT\1ST  slot S is started, on trial if T is 1; without S and T no image may run
 */
#ifndef BOOT_TALK_H
#define BOOT_TALK_H

#include "boot-choose.h"
#include "netstring.h"

/* The flash behind `world` of which the cells lie at `cells`. One at a time. */
struct boot_flash boot_talk_flash(struct netstrings *world, const volatile uint8_t *cells);

/* Waits until it is to choose. 0: the world has gone, or wants something else. */
int boot_talk_asked(struct netstrings *world);

/* 0: the world has gone. */
int boot_talk_tell(struct netstrings *world, const struct boot_choice *choice);

/* Ends the stub; defined by whoever runs it: the world has gone in the middle of an operation, which is a cut of the power. */
_Noreturn void boot_talk_over(void);

#endif
