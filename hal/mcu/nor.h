/*
 * A NOR flash in the chip's own address space, as the data sheets of the W25Q family have it: a program clears bits and never sets
 * one, an erase sets every bit of a sector, and either does its work byte by byte. Whoever loses power in the middle leaves what was
 * done until then.
 */
#ifndef NOR_H
#define NOR_H

#include <stddef.h>
#include <stdint.h>

struct nor {
	volatile uint8_t *cells;
	/* Of all sectors, and of one; the first is a multiple of the second. */
	size_t size, sector_size;
	/* Called with 1 before cells are changed and with 0 after; NULL: nobody wants to know. */
	void (*unlock)(int is_unlocked);
	/* Called before each byte that is programmed (0) or erased (1): a real part takes its time; NULL: no time. */
	void (*work)(int is_erase);
};

/* Each answers whether it was done: not where `at` and `size` are not within the flash, nor `at` at the beginning of a sector. */
int nor_read(const struct nor *nor, size_t at, uint8_t *to, size_t size);
int nor_program(const struct nor *nor, size_t at, const uint8_t *from, size_t size);
int nor_erase(const struct nor *nor, size_t at);

#endif
