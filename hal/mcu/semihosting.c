#include "semihosting.h"

#include <stdint.h>
#include <string.h>

/* Operations (section 5.6). */
enum { SYS_OPEN = 0x01, SYS_WRITE0 = 0x04, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
/* Reason for SYS_EXIT_EXTENDED: the program has ended by itself. */
#define STOPPED_APPLICATION_EXIT 0x20026

static int call(int operation, const void *block)
{
	register int r0 __asm__("r0") = operation;
	register const void *r1 __asm__("r1") = block;
	__asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
	return r0;
}

int semihosting_open(const char *path, enum open_mode mode)
{
	const uintptr_t block[] = {(uintptr_t)path, mode, strlen(path)};
	return call(SYS_OPEN, block);
}

size_t semihosting_read(int handle, void *buffer, size_t size)
{
	const uintptr_t block[] = {(uintptr_t)handle, (uintptr_t)buffer, size};
	/* The answer is how many did not come; at an error, -1 or all of them. */
	const size_t missing = (size_t)call(SYS_READ, block);
	return missing <= size ? size - missing : 0;
}

int semihosting_write(int handle, const void *buffer, size_t size)
{
	const char *from = buffer;
	while (size > 0) {
		const uintptr_t block[] = {(uintptr_t)handle, (uintptr_t)from, size};
		const size_t missing = (size_t)call(SYS_WRITE, block);
		if (missing >= size) return 0;
		from += size - missing;
		size = missing;
	}
	return 1;
}

void semihosting_say(const char *text)
{
	call(SYS_WRITE0, text);
}

_Noreturn void semihosting_exit(int status)
{
	const uintptr_t block[] = {STOPPED_APPLICATION_EXIT, (uintptr_t)status};
	call(SYS_EXIT_EXTENDED, block);
	for (;;) {}
}
