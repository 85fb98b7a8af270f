#include "boot-load.h"

#include "boot-flash.h"

/* ELF header and its identification. */
#define MAGIC 0x464c457fu
#define CLASS_32 1
#define LITTLE_ENDIAN_DATA 1
#define MACHINE_ARM 40
#define HEADER_BYTES 52
enum header { CLASS_AT = 4, DATA_AT = 5, MACHINE_AT = 18, SEGMENTS_AT = 28, SEGMENT_SIZE_AT = 42, SEGMENT_COUNT_AT = 44 };

/* A program header. */
#define SEGMENT_BYTES 32
#define SEGMENTS_MAX 16
#define TYPE_LOAD 1
enum segment { TYPE_AT = 0, OFFSET_AT = 4, ADDRESS_AT = 12, FILE_SIZE_AT = 16 };

static unsigned half_at(const volatile uint8_t *bytes)
{
	return bytes[0] | (unsigned)bytes[1] << 8;
}

static int is_within(size_t at, size_t size, size_t whole)
{
	return at <= whole && size <= whole - at;
}

static int load_segment(const volatile uint8_t *payload, size_t size, size_t at, const struct boot_memory *memory)
{
	const volatile uint8_t *const segment = payload + at;
	if (word_at(segment + TYPE_AT) != TYPE_LOAD) return 1;
	const size_t from = word_at(segment + OFFSET_AT), bytes = word_at(segment + FILE_SIZE_AT);
	/* Nothing of the file is memory that only has to be there. */
	if (bytes == 0) return 1;
	const size_t to = word_at(segment + ADDRESS_AT);
	if (!is_within(from, bytes, size) || !is_within(to, bytes, memory->size)) return 0;
	for (size_t i = 0; i < bytes; i++) memory->bytes[to + i] = payload[from + i];
	return 1;
}

int boot_load(const volatile uint8_t *payload, size_t size, const struct boot_memory *memory)
{
	if (size < HEADER_BYTES || word_at(payload) != MAGIC) return 0;
	if (payload[CLASS_AT] != CLASS_32 || payload[DATA_AT] != LITTLE_ENDIAN_DATA) return 0;
	if (half_at(payload + MACHINE_AT) != MACHINE_ARM || half_at(payload + SEGMENT_SIZE_AT) != SEGMENT_BYTES) return 0;
	const size_t first = word_at(payload + SEGMENTS_AT), count = half_at(payload + SEGMENT_COUNT_AT);
	if (count < 1 || count > SEGMENTS_MAX || !is_within(first, count * SEGMENT_BYTES, size)) return 0;
	for (size_t i = 0; i < count; i++) {
		if (!load_segment(payload, size, first + i * SEGMENT_BYTES, memory)) return 0;
	}
	return 1;
}
