/*
 * Runs on the computer, under sanitizers: the boot stub on flash that holds anything, with a part that may refuse, ignore or lose its supply,
 * and the loader on files that may be none; held to what must never happen, and to models too simple to be wrong, with chance from a seed.
 *
 *   fuzz SEED ROUNDS
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot-choose.h"
#include "boot-load.h"

static uint64_t state;

/* xorshift64* (Vigna, 2016), upper half. */
static uint32_t chance(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545F4914F6CDD1Dull) >> 32) % below;
}

static void demand(int is_so, const char *what)
{
	if (is_so) return;
	printf("%s\n", what);
	exit(1);
}

/* Bit by bit, by the definition. */
static uint32_t model_crc(const uint8_t *bytes, size_t size)
{
	uint32_t crc = ~0u;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

static void put(uint8_t *to, uint32_t word)
{
	for (int i = 0; i < 4; i++) to[i] = (uint8_t)(word >> 8 * i);
}

static uint8_t *cells;
/* How the part is: it refuses, or says that it did and did not; and after so many operations its supply goes. */
static int refuses, ignores;
static uint32_t operations_left;
static jmp_buf power_cut;
/* Of an operation that is cut, so much is done. */
static size_t cut_at(size_t size)
{
	return operations_left == 0 ? chance((uint32_t)size + 1) : size;
}

static int fake_program(size_t at, const uint8_t *from, size_t size)
{
	demand(at == 0 || at == SECTOR_BYTES, "it programs elsewhere than where its metadata lie");
	demand(size == 64, "it programs another length than a record's");
	operations_left--;
	const size_t done = cut_at(size);
	if (!ignores) {
		for (size_t i = 0; i < done; i++) {
			demand((from[i] & ~cells[at + i]) == 0, "it programs over what is there");
			cells[at + i] &= from[i];
		}
	}
	if (operations_left == 0) longjmp(power_cut, 1);
	return !refuses;
}

static int fake_erase(size_t at)
{
	demand(at == 0 || at == SECTOR_BYTES, "it erases elsewhere than where its metadata lie");
	operations_left--;
	const size_t done = cut_at(SECTOR_BYTES);
	if (!ignores) memset(cells + at, 0xff, done);
	if (operations_left == 0) longjmp(power_cut, 1);
	return !refuses;
}

static const struct boot_flash *flash(void)
{
	static struct boot_flash of;
	of = (struct boot_flash){cells, fake_program, fake_erase};
	return &of;
}

static void damage(uint8_t *at, size_t size)
{
	if (chance(4) != 0) return;
	for (uint32_t times = 1 + chance(3); times > 0; times--) at[chance((uint32_t)size)] ^= (uint8_t)(1 << chance(8));
}

static void make_image(uint8_t *slot)
{
	static const uint32_t odd_lengths[] = {0, 1, SLOT_BYTES - 64, SLOT_BYTES - 63, 0xffffffc0, 0xffffffff};
	const uint32_t length = chance(4) == 0 ? odd_lengths[chance(6)] : 1 + chance(300);
	const int fits = length <= SLOT_BYTES - 64;
	for (size_t i = 0; i < 400; i++) slot[i] = (uint8_t)chance(256);
	memcpy(slot, "SBIM\1\0\0\0", 8);
	put(slot + 8, length);
	put(slot + 12, 1 + chance(4));
	put(slot + 16, chance(4));
	put(slot + 20, model_crc(slot + 64, fits ? length : 0));
	put(slot + 60, model_crc(slot, 60));
	damage(slot, 400);
}

static void make_record(uint8_t *record)
{
	memset(record, 0, 64);
	memcpy(record, "SBBM\1", 5);
	record[5] = (uint8_t)chance(chance(8) == 0 ? 256 : 2);
	record[6] = chance(3) == 0 ? 255 : (uint8_t)chance(chance(8) == 0 ? 256 : 2);
	record[7] = (uint8_t)chance(5);
	put(record + 8, chance(4) == 0 ? 0xffffffff : chance(4));
	put(record + 12, 1 + chance(4));
	put(record + 16, 1 + chance(4));
	put(record + 24, chance(3));
	put(record + 60, model_crc(record, 60));
	damage(record, 64);
}

static int is_sound(unsigned slot)
{
	const uint8_t *const head = cells + SLOT_AT(slot);
	const uint32_t length = word_at(head + 8);
	return memcmp(head, "SBIM\1", 5) == 0 && word_at(head + 60) == model_crc(head, 60) && length >= 1 &&
		length <= SLOT_BYTES - 64 && word_at(head + 20) == model_crc(head + 64, length);
}

/* Tries that the newest sound record leaves to `slot`; -1: no record is sound. */
static int tries_left(unsigned slot)
{
	int tries = -1;
	uint32_t newest = 0;
	for (unsigned sector = 0; sector < 2; sector++) {
		const uint8_t *const record = cells + sector * SECTOR_BYTES;
		const int sound = memcmp(record, "SBBM\1", 5) == 0 && word_at(record + 60) == model_crc(record, 60) && record[5] <= 1 &&
			(record[6] <= 1 || record[6] == 255);
		if (!sound || (tries >= 0 && (int32_t)(word_at(record + 8) - newest) < 0)) continue;
		newest = word_at(record + 8);
		tries = record[6] == slot ? record[7] : 0;
	}
	return tries;
}

static void choose_once(uint32_t operations)
{
	const int sound[] = {is_sound(0), is_sound(1)};
	const int before[] = {tries_left(0), tries_left(1)};
	operations_left = operations;
	if (setjmp(power_cut) != 0) {
		demand(before[0] < 0 || tries_left(0) >= 0, "a cut leaves no record where one was");
		return;
	}
	const struct boot_choice choice = boot_choose(flash());
	demand((choice.slot < 0) == (!sound[0] && !sound[1]), "it starts nothing, or something where nothing is");
	if (choice.slot < 0) return;
	demand(sound[choice.slot], "it starts what is not sound");
	demand(choice.image.length == word_at(cells + SLOT_AT(choice.slot) + 8), "it tells another length");
	if (!choice.is_trial) return;
	const int were = before[choice.slot] < 0 ? 3 : before[choice.slot];
	demand(were > 0 && tries_left((unsigned)choice.slot) == were - 1, "a try is not counted");
}

static void fuzz_choice(void)
{
	/* Of its own size to the byte, so that a look beyond it is seen. */
	cells = malloc(BOOT_FLASH_BYTES);
	demand(cells != NULL, "no memory");
	memset(cells, 0xff, BOOT_FLASH_BYTES);
	for (unsigned slot = 0; slot < 2; slot++) {
		if (chance(4) != 0) make_image(cells + SLOT_AT(slot));
		if (chance(3) != 0) make_record(cells + slot * SECTOR_BYTES);
	}
	refuses = chance(8) == 0;
	ignores = chance(8) == 0;
	/* Cut at each of its operations in turn, then not; each goes on from what the one before left. */
	for (uint32_t cut = 1; cut <= 6; cut++) choose_once(cut);
	for (int boots = 0; boots < 5; boots++) choose_once(1000);
	free(cells);
}

enum { FILE_MOST = 600, MEMORY = 256 };

static void fuzz_load(void)
{
	const size_t size = chance(10) == 0 ? chance(60) : 52 + chance(FILE_MOST - 52);
	uint8_t *const file = malloc(size > 0 ? size : 1), *const memory = calloc(1, MEMORY);
	uint8_t model[MEMORY] = {0};
	demand(file != NULL && memory != NULL, "no memory");
	for (size_t i = 0; i < size; i++) file[i] = (uint8_t)chance(256);
	uint64_t count = 0, first = 0;
	int is_good = size >= 52;
	if (is_good) {
		memcpy(file, "\177ELF\1\1", 6);
		file[18] = 40;
		file[19] = 0;
		first = chance(5) == 0 ? 0xfffffff0 : 52;
		count = chance(5) == 0 ? chance(70000) & 0xffff : 1 + chance(4);
		put(file + 28, (uint32_t)first);
		file[42] = 32;
		file[43] = 0;
		file[44] = (uint8_t)count;
		file[45] = (uint8_t)(count >> 8);
		is_good = count >= 1 && count <= 16 && first + count * 32 <= size;
	}
	for (uint64_t i = 0; is_good && i < count; i++) {
		uint8_t *const segment = file + first + i * 32;
		put(segment, chance(4) == 0 ? chance(4) : 1);
		put(segment + 4, chance(12) == 0 ? 0xffffffff : chance((uint32_t)size));
		put(segment + 12, chance(12) == 0 ? 0xfffffff0 : chance(MEMORY));
		put(segment + 16, chance(8) == 0 ? chance(3) * 0x7fffffffu : chance(MEMORY / 2));
	}
	for (uint64_t i = 0; is_good && i < count; i++) {
		const uint8_t *const segment = file + first + i * 32;
		const uint64_t from = word_at(segment + 4), to = word_at(segment + 12), bytes = word_at(segment + 16);
		if (word_at(segment) != 1 || bytes == 0) continue;
		is_good = from + bytes <= size && to + bytes <= MEMORY;
		if (is_good) memmove(model + to, file + from, bytes);
	}
	const struct boot_memory place = {memory, MEMORY};
	demand(boot_load(file, size, &place) == is_good, "boot_load: another answer than the model");
	demand(!is_good || memcmp(memory, model, MEMORY) == 0, "boot_load: other bytes than the model");
	free(memory);
	free(file);
}

int main(int argc, char *argv[])
{
	if (argc != 3) {
		fprintf(stderr, "usage: fuzz SEED ROUNDS\n");
		return 2;
	}
	const unsigned long seed = strtoul(argv[1], NULL, 10), rounds = strtoul(argv[2], NULL, 10);
	for (unsigned long round = 0; round < rounds; round++) {
		state = (seed * 1000003ull + round) * 2 + 1;
		for (int i = 0; i < 8; i++) chance(2);
		fuzz_choice();
		fuzz_load();
	}
	printf("%lu rounds\n", rounds);
	return 0;
}
