/* From reset to main: what the C language takes for granted, and what newlib asks of a system. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "semihosting.h"
#include "start.h"
#include "ticks.h"

extern uint8_t data_start[], data_end[], data_load[], bss_start[], bss_end[];
extern uint8_t heap_start[], heap_end[], stack_limit[], stack_top[];

/* Exit code of the emulator after a fault. */
#define FAULT_STATUS 70

int main(void);
void reset(void);

/* What malloc has; the end of what it has had so far: nothing is ever given back. */
static uint8_t *bottom = heap_start, *top = heap_start, *limit = heap_end;

/* Coprocessor access control (Armv7-M, B3.2.20): full access to the FPU, CP10 and CP11. */
#define CPACR (*(volatile uint32_t *)0xE000ED88)
#define CPACR_FPU (0xFu << 20)

void reset(void)
{
	CPACR |= CPACR_FPU;
	__asm__ volatile("dsb\n isb");
	for (size_t i = 0; i < (size_t)(data_end - data_start); i++) data_start[i] = data_load[i];
	for (uint8_t *at = bss_start; at < bss_end; at++) *at = 0;
	/* Below what this function itself has of it. */
	for (uint8_t *at = stack_limit; at < (uint8_t *)__builtin_frame_address(0) - 256; at++) *at = PAINT;
	ticks_start();
	semihosting_exit(main());
}

size_t stack_most(void)
{
	const uint8_t *at = stack_limit;
	while (at < stack_top && *at == PAINT) at++;
	return (size_t)(stack_top - at);
}

size_t malloc_most(void)
{
	return (size_t)(top - bottom);
}

void malloc_from(uint8_t *from, uint8_t *to)
{
	bottom = top = from;
	limit = to;
}

/* What the processor pushes at an exception (Armv7-M, B1.5.6). */
struct frame {
	uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

/* Configurable fault status (B3.2.15), and the address of a fault of the memory protection unit (B3.2.18). */
#define CFSR (*(volatile uint32_t *)0xE000ED28)
#define CFSR_MMARVALID (1u << 7)
#define MMFAR (*(volatile uint32_t *)0xE000ED34)

/* Any fault: the emulated board cannot go on. A board of the product would be reset by its watchdog. */
__attribute__((used)) static void tell_fault(const struct frame *at)
{
	char text[80];
	if (CFSR & CFSR_MMARVALID) {
		snprintf(text, sizeof text, "hal/mcu: a write into flash at %08lx\n", (unsigned long)MMFAR);
		semihosting_say(text);
	}
	snprintf(text, sizeof text, "hal/mcu: a fault of the processor at %08lx, called from %08lx\n", (unsigned long)at->pc,
		(unsigned long)at->lr);
	semihosting_say(text);
	semihosting_exit(FAULT_STATUS);
}

__attribute__((naked)) static void fault(void)
{
	__asm__ volatile("mrs r0, msp\n b tell_fault");
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
	(void (*)(void))stack_top, reset, fault, fault, fault, fault, fault,
};

void *_sbrk(ptrdiff_t increment)
{
	if (increment > limit - top) {
		errno = ENOMEM;
		return (void *)-1;
	}
	uint8_t *const before = top;
	top += increment;
	return before;
}

_Noreturn void _exit(int status)
{
	semihosting_exit(status);
}

/* newlib's own files are not used but for messages of last resort. */
int _write(int file, const char *from, int size)
{
	(void)file;
	for (int i = 0; i < size; i++) {
		const char text[] = {from[i], 0};
		semihosting_say(text);
	}
	return size;
}

/* There is no clock here: the firmware asks the world's for the time. */
int _gettimeofday(struct timeval *now, void *zone)
{
	(void)zone;
	now->tv_sec = 0;
	now->tv_usec = 0;
	return 0;
}

int _close(int file) { (void)file; return -1; }
int _read(int file, char *to, int size) { (void)file; (void)to; (void)size; return 0; }
int _lseek(int file, int offset, int from) { (void)file; (void)offset; (void)from; return 0; }
int _fstat(int file, struct stat *about) { (void)file; about->st_mode = S_IFCHR; return 0; }
int _isatty(int file) { (void)file; return 1; }
int _getpid(void) { return 1; }
int _kill(int process, int signal) { (void)process; (void)signal; errno = EINVAL; return -1; }
