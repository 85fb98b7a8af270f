/* From the slot into the memory that the image was linked for. What is loaded: an ELF file of 32 bits (System V ABI, edition 4.1, part 5). */
#ifndef BOOT_LOAD_H
#define BOOT_LOAD_H

#include <stddef.h>
#include <stdint.h>

/* Where an image may be loaded: `size` bytes from the address 0 on, which the stub reaches at `bytes`. */
struct boot_memory {
	volatile uint8_t *bytes;
	size_t size;
};

/*
 * Copies what is to be loaded of the payload, `size` bytes at `payload`, and reads no byte beyond. 0: it is no such file, or it asks for a place
 * that is not in the memory; part of it may be there then.
 */
int boot_load(const volatile uint8_t *payload, size_t size, const struct boot_memory *memory);

#endif
