/*
 * Arm semihosting (Arm document 100863, "Semihosting for AArch32 and AArch64", section 5): how a program on an emulated or a
 * debugged processor uses files of the machine beside it. The calling processor stands still until the call is done.
 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stddef.h>

enum open_mode { OPEN_READ = 1 /* "rb" */, OPEN_WRITE = 5 /* "wb" */ };

/* A handle, or -1. `path` ends with a zero. */
int semihosting_open(const char *path, enum open_mode mode);

/* How many bytes came, 1 to `size`; 0: the file has ended, or cannot be read. Waits for the first. */
size_t semihosting_read(int handle, void *buffer, size_t size);

/* Whether all of it was written. */
int semihosting_write(int handle, const void *buffer, size_t size);

/* To the console of the emulator; for what is wrong. */
void semihosting_say(const char *text);

/* Ends the emulator with this exit code. */
_Noreturn void semihosting_exit(int status);

#endif
