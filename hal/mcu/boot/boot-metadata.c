#include "boot-metadata.h"

#include <string.h>

#include "boot-crc.h"

#define RECORD_BYTES 64
#define MAGIC 0x4d424253u /* SBBM */
#define FORMAT 1
/* Of the trial slot. */
#define NONE 255

enum field {
	MAGIC_AT = 0, FORMAT_AT = 4, CONFIRMED_AT = 5, TRIAL_AT = 6, TRIES_AT = 7, SEQUENCE_AT = 8, RELEASE_AT = 12,
	TRIAL_RELEASE_AT = 16, FLOOR_AT = 20, RETURNED_AT = 24, WHY_AT = 28, CRC_AT = 60
};

/* One of the two; its sector says where. */
struct copy {
	int is_sound;
	unsigned sector;
	uint8_t bytes[RECORD_BYTES];
};

/* What was read last. A weak copy beside it may read as a newer record by now: nobody went by that one, and it is written over. */
static struct copy in_force;

static size_t place_of(unsigned sector)
{
	return UPDATE_AT + (size_t)sector * SECTOR_BYTES;
}

static struct copy copy_in(const struct boot_flash *flash, unsigned sector)
{
	struct copy copy = {0, sector, {0}};
	for (size_t i = 0; i < RECORD_BYTES; i++) copy.bytes[i] = flash->cells[place_of(sector) + i];
	const uint8_t *const bytes = copy.bytes;
	copy.is_sound = word_at(bytes + MAGIC_AT) == MAGIC && bytes[FORMAT_AT] == FORMAT &&
		word_at(bytes + CRC_AT) == boot_crc(bytes, CRC_AT) && bytes[CONFIRMED_AT] <= 1 &&
		(bytes[TRIAL_AT] <= 1 || bytes[TRIAL_AT] == NONE);
	return copy;
}

static struct copy newest(const struct boot_flash *flash)
{
	const struct copy first = copy_in(flash, 0), second = copy_in(flash, 1);
	if (!second.is_sound) return first;
	if (!first.is_sound) return second;
	/* Behind 2^32-1 comes 0. */
	const int32_t ahead = (int32_t)(word_at(first.bytes + SEQUENCE_AT) - word_at(second.bytes + SEQUENCE_AT));
	return ahead > 0 ? first : second;
}

static int reads(const struct boot_flash *flash, size_t at, const uint8_t *expected)
{
	for (size_t i = 0; i < RECORD_BYTES; i++) {
		if (flash->cells[at + i] != expected[i]) return 0;
	}
	return 1;
}

/* Bits that a cut left weak read by chance; programmed again they stay. 0: it reads otherwise, or cannot be programmed. */
static int is_firm(const struct boot_flash *flash, const struct copy *copy)
{
	const size_t at = place_of(copy->sector);
	return flash->program(at, copy->bytes, RECORD_BYTES) && reads(flash, at, copy->bytes);
}

int boot_metadata_read(const struct boot_flash *flash, struct boot_metadata *to)
{
	const struct copy copy = newest(flash);
	in_force = copy;
	if (!copy.is_sound) return 0;
	/* What is weak and stays so is acted on all the same: there is nothing better. */
	(void)is_firm(flash, &copy);
	const uint8_t *const bytes = copy.bytes;
	*to = (struct boot_metadata){
		.confirmed = bytes[CONFIRMED_AT],
		.release = word_at(bytes + RELEASE_AT),
		.is_trial = bytes[TRIAL_AT] != NONE,
		.trial_slot = bytes[TRIAL_AT],
		.tries = bytes[TRIES_AT],
		.trial_release = word_at(bytes + TRIAL_RELEASE_AT),
		.floor = word_at(bytes + FLOOR_AT),
		.returned = word_at(bytes + RETURNED_AT),
		.why = bytes[WHY_AT],
	};
	return 1;
}

static void put(uint8_t *to, uint32_t word)
{
	for (int i = 0; i < 4; i++) to[i] = (uint8_t)(word >> 8 * i);
}

static void encode(const struct boot_metadata *from, uint32_t sequence, uint8_t *to)
{
	memset(to, 0, RECORD_BYTES);
	put(to + MAGIC_AT, MAGIC);
	to[FORMAT_AT] = FORMAT;
	to[CONFIRMED_AT] = from->confirmed;
	to[TRIAL_AT] = from->is_trial ? from->trial_slot : NONE;
	to[TRIES_AT] = from->is_trial ? from->tries : 0;
	put(to + SEQUENCE_AT, sequence);
	put(to + RELEASE_AT, from->release);
	put(to + TRIAL_RELEASE_AT, from->is_trial ? from->trial_release : 0);
	put(to + FLOOR_AT, from->floor);
	put(to + RETURNED_AT, from->returned);
	to[WHY_AT] = from->returned != 0 ? from->why : 0;
	put(to + CRC_AT, boot_crc(to, CRC_AT));
}

int boot_metadata_write(const struct boot_flash *flash, const struct boot_metadata *next)
{
	const struct copy present = in_force.is_sound ? in_force : newest(flash);
	if (present.is_sound && !is_firm(flash, &present)) return 0;
	const size_t at = place_of(present.is_sound && present.sector == 0 ? 1 : 0);
	uint8_t bytes[RECORD_BYTES];
	memset(bytes, 0xff, sizeof bytes);
	if (!flash->erase(at) || !reads(flash, at, bytes)) return 0;
	encode(next, present.is_sound ? word_at(present.bytes + SEQUENCE_AT) + 1 : 1, bytes);
	return flash->program(at, bytes, RECORD_BYTES) && reads(flash, at, bytes);
}
