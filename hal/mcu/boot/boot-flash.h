/*
 * The flash as the boot stub sees it: its cells lie in the address space, and what changes them is asked of the part. Where what lies in it is
 * fixed for the board; firmware/update/SPEC.md section 2 says what it is.
 */
#ifndef BOOT_FLASH_H
#define BOOT_FLASH_H

#include <stddef.h>
#include <stdint.h>

#define SECTOR_BYTES 4096u
/* The partition `update`, of which the stub has the first two sectors. */
#define UPDATE_AT 0u
#define UPDATE_BYTES (6 * SECTOR_BYTES)
/* A multiple of a sector; tests have smaller ones. */
#ifndef SLOT_BYTES
#define SLOT_BYTES (2u * 1024 * 1024)
#endif
/* Of slot 0 or 1. */
#define SLOT_AT(SLOT) (UPDATE_BYTES + (size_t)(SLOT) * SLOT_BYTES)
#define BOOT_FLASH_BYTES SLOT_AT(2)

struct boot_flash {
	/* BOOT_FLASH_BYTES of them, as they read now. */
	const volatile uint8_t *cells;
	/*
	 * Programs `size` bytes (1 to 64), or erases the sector that begins at `at`. Whether the part says that it did; what the cells are then, only
	 * reading them tells. Neither returns when the power goes meanwhile.
	 */
	int (*program)(size_t at, const uint8_t *from, size_t size);
	int (*erase)(size_t at);
};

/* Little-endian. */
static inline uint32_t word_at(const volatile uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

#endif
