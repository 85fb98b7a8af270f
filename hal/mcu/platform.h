/* What the host loop asks of XS beyond its public interface. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

struct sxMachine;

/* The compiled firmware, as `compile.c` writes it: names, and bytecode that uses them by number. */
struct program {
	const uint8_t *symbols;
	size_t symbols_size;
	const uint8_t *code;
	size_t code_size;
};

/* Once, before the first machine. */
void platform_initialize(void);

/*
 * Runs the program's top level in the machine; within xsBeginHost. The bytecode is copied to `ram` (code_size bytes) first: XS puts
 * its own numbers of the names into it.
 */
void platform_run(struct sxMachine *the, const struct program *program, uint8_t *ram);

/* Runs what promises have put off, until nothing is left. */
void platform_run_jobs(struct sxMachine *the);

/* Computrons since `platform_reset_meter`; 0 in an image that does not count them. */
uint32_t platform_meter(struct sxMachine *the);
void platform_reset_meter(struct sxMachine *the);

/* Slots of XS's stack that were in use at most. */
uint32_t platform_stack_most(void);

/* What the heap holds: slots in use now and at most, bytes of chunks now and at most. */
struct heap_use {
	uint32_t slots, peak_slots, chunk_bytes, peak_chunk_bytes;
};
struct heap_use platform_heap(struct sxMachine *the);

#endif
