/* What the host loop asks of XS beyond its public interface. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

struct sxMachine;

/* Once, before the machine. */
void platform_initialize(void);

/* Whether the image was linked with a prepared program. */
int platform_is_prepared(void);

/* The machine, made from the prepared program: its heap holds what is new, everything else stays in flash. Once. */
struct sxMachine *platform_clone(void);

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
