/*
 * Timer 0 of the board (CMSDK APB timer; Arm DDI 0479, Cortex-M System Design Kit, section 4.3), which runs at 25 MHz. Under QEMU's
 * `-icount shift=0` an instruction takes a nanosecond, so a tick is 40 instructions; otherwise it is the time of the computer.
 */
#ifndef TICKS_H
#define TICKS_H

#include <stdint.h>

/* Once, as early as possible: counts from 0. */
void ticks_start(void);

/* Ticks since then. To be called at least every 171 s of the timer: it has 32 bits. */
uint64_t ticks(void);

#endif
