#include "nor.h"

static int is_within(const struct nor *nor, size_t at, size_t size)
{
	return at <= nor->size && size <= nor->size - at;
}

static void unlock(const struct nor *nor, int is_unlocked)
{
	if (nor->unlock != NULL) nor->unlock(is_unlocked);
}

static void set(const struct nor *nor, size_t at, uint8_t value, int is_erase)
{
	if (nor->work != NULL) nor->work(is_erase);
	nor->cells[at] = value;
}

int nor_read(const struct nor *nor, size_t at, uint8_t *to, size_t size)
{
	if (!is_within(nor, at, size)) return 0;
	for (size_t i = 0; i < size; i++) to[i] = nor->cells[at + i];
	return 1;
}

int nor_program(const struct nor *nor, size_t at, const uint8_t *from, size_t size)
{
	if (!is_within(nor, at, size)) return 0;
	unlock(nor, 1);
	for (size_t i = 0; i < size; i++) set(nor, at + i, nor->cells[at + i] & from[i], 0);
	unlock(nor, 0);
	return 1;
}

int nor_erase(const struct nor *nor, size_t at)
{
	if (at % nor->sector_size != 0 || !is_within(nor, at, nor->sector_size)) return 0;
	unlock(nor, 1);
	for (size_t i = 0; i < nor->sector_size; i++) set(nor, at + i, 0xff, 1);
	unlock(nor, 0);
	return 1;
}
