/*
 * Runs on the computer, under sanitizers: the parts of this folder that are plain C, against a model that is too simple to be wrong, with
 * chance from a seed. What is made here is what comes from outside: bytes of a pipe, and addresses from the program.
 *
 *   fuzz SEED ROUNDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netstring.h"
#include "nor.h"
#include "semihosting.h"

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

/* The pipe: what is left of a stream, which comes in pieces. */
static const uint8_t *stream;
static size_t stream_left;
static uint8_t written[4096];
static size_t written_size;

size_t semihosting_read(int handle, void *buffer, size_t size)
{
	(void)handle;
	size_t piece = 1 + chance((uint32_t)size);
	if (piece > stream_left) piece = stream_left;
	memcpy(buffer, stream, piece);
	stream += piece;
	stream_left -= piece;
	return piece;
}

int semihosting_write(int handle, const void *buffer, size_t size)
{
	(void)handle;
	if (size > sizeof written - written_size) return 0;
	if (size > 0) memcpy(written + written_size, buffer, size);
	written_size += size;
	return 1;
}

enum { STREAM = 2048, LONGEST = 300 };

/* The same by the definition: digits, a colon, as many bytes, a comma. As netstring_read answers. */
static long model_read(const uint8_t *bytes, size_t size, size_t *at, size_t capacity, const uint8_t **content)
{
	size_t length = 0;
	for (;;) {
		if (*at == size) return -1;
		const uint8_t byte = bytes[(*at)++];
		if (byte == ':') break;
		if (byte < '0' || byte > '9') return -2;
		length = length * 10 + (size_t)(byte - '0');
		if (length > capacity) return -2;
	}
	if (size - *at < length + 1) return -1;
	*content = bytes + *at;
	*at += length + 1;
	return bytes[*at - 1] == ',' ? (long)length : -2;
}

static size_t make_stream(uint8_t *to)
{
	size_t size = 0;
	while (size < STREAM - 2 * LONGEST && chance(8) != 0) {
		const uint32_t length = chance(LONGEST + 20);
		size += (size_t)sprintf((char *)to + size, "%u:", length);
		for (uint32_t i = 0; i < length; i++) to[size++] = (uint8_t)chance(256);
		to[size++] = ',';
	}
	/* Some are damaged, some cut short. */
	if (size > 0 && chance(3) == 0) to[chance((uint32_t)size)] = (uint8_t)chance(256);
	if (size > 0 && chance(3) == 0) size = chance((uint32_t)size);
	return size;
}

static void fuzz_netstring_read(void)
{
	static uint8_t bytes[STREAM];
	const size_t size = make_stream(bytes);
	struct netstrings *const channel = calloc(1, sizeof *channel);
	uint8_t *const to = malloc(LONGEST);
	demand(channel != NULL && to != NULL, "no memory");
	stream = bytes;
	stream_left = size;
	size_t at = 0;
	for (;;) {
		const uint8_t *content = NULL;
		const long expected = model_read(bytes, size, &at, LONGEST, &content);
		const long length = netstring_read(channel, to, LONGEST);
		demand(length == expected, "netstring_read: another length than the model");
		if (length < 0) break;
		demand(length == 0 || memcmp(to, content, (size_t)length) == 0, "netstring_read: other bytes than the model");
	}
	free(to);
	free(channel);
}

static void fuzz_netstring_write(void)
{
	struct netstrings *const channel = calloc(1, sizeof *channel);
	uint8_t bytes[LONGEST];
	demand(channel != NULL, "no memory");
	const uint32_t head = chance(LONGEST), body = chance(LONGEST - head);
	for (uint32_t i = 0; i < head + body; i++) bytes[i] = (uint8_t)chance(256);
	written_size = 0;
	demand(netstring_write(channel, bytes, head, bytes + head, body), "netstring_write: it did not go");
	size_t at = 0;
	const uint8_t *content = NULL;
	const long length = model_read(written, written_size, &at, LONGEST, &content);
	demand(length == (long)(head + body) && at == written_size, "netstring_write: no netstring, or another length");
	demand(length == 0 || memcmp(content, bytes, (size_t)length) == 0, "netstring_write: other bytes");
	free(channel);
}

enum { SECTOR = 64, SECTORS = 5 };

static int unlocked;

static void note_unlock(int is_unlocked)
{
	demand(unlocked != is_unlocked, "nor: unlocked twice, or locked twice");
	unlocked = is_unlocked;
}

static void note_work(int is_erase)
{
	(void)is_erase;
	demand(unlocked, "nor: cells are changed while they are locked");
}

static void fuzz_nor(void)
{
	enum { SIZE = SECTOR * SECTORS };
	uint8_t *const cells = malloc(SIZE);
	uint8_t model[SIZE], bytes[2 * SIZE];
	demand(cells != NULL, "no memory");
	for (size_t i = 0; i < SIZE; i++) cells[i] = model[i] = (uint8_t)chance(256);
	const struct nor nor = {cells, SIZE, SECTOR, note_unlock, note_work};
	for (int operation = 0; operation < 40; operation++) {
		/* Now and then far beyond, where a sum would overflow. */
		const size_t at = chance(20) == 0 ? SIZE_MAX - chance(SIZE) : chance(SIZE + 20);
		const size_t size = chance(20) == 0 ? SIZE_MAX - chance(SIZE) : chance(SIZE / 2);
		const int fits = at <= SIZE && size <= SIZE && at + size <= SIZE;
		switch (chance(3)) {
		case 0:
			/* Never asked for more than the buffer has. */
			if (size > sizeof bytes) break;
			demand(nor_read(&nor, at, bytes, size) == fits, "nor_read: another answer than the model");
			demand(!fits || size == 0 || memcmp(bytes, model + at, size) == 0, "nor_read: other bytes than the model");
			break;
		case 1:
			if (size > sizeof bytes) {
				demand(!nor_program(&nor, at, bytes, size), "nor_program: it took what is beyond the flash");
				break;
			}
			for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)chance(256);
			demand(nor_program(&nor, at, bytes, size) == fits, "nor_program: another answer than the model");
			for (size_t i = 0; fits && i < size; i++) model[at + i] &= bytes[i];
			break;
		default: {
			const size_t sector = chance(2) == 0 ? at : at / SECTOR * SECTOR;
			const int is_sector = sector % SECTOR == 0 && sector < SIZE;
			demand(nor_erase(&nor, sector) == is_sector, "nor_erase: another answer than the model");
			if (is_sector) memset(model + sector, 0xff, SECTOR);
		}
		}
		demand(memcmp(cells, model, SIZE) == 0, "nor: other cells than the model");
	}
	free(cells);
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
		fuzz_netstring_read();
		fuzz_netstring_write();
		fuzz_nor();
	}
	printf("%lu rounds\n", rounds);
	return 0;
}
