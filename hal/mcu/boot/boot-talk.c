#include "boot-talk.h"

#include <string.h>

/* Opcodes of the W25Q family: page program, sector erase. */
enum opcode { PROGRAM = 0x02, ERASE = 0x20 };
#define MESSAGE_BYTES 2
/* What XS's own report begins with. */
#define REPORT ".{\"currentHeapCount\":0,\"compute\":0}\1"

static struct netstrings *far;

/* The answer is a slash and one byte. */
static int operate(enum opcode opcode, size_t at, const uint8_t *from, size_t size)
{
	const uint8_t head[] = {'?', (uint8_t)opcode, (uint8_t)at, (uint8_t)(at >> 8), (uint8_t)(at >> 16), (uint8_t)(at >> 24)};
	uint8_t answer[MESSAGE_BYTES];
	if (!netstring_write(far, head, sizeof head, from, size)) boot_talk_over();
	if (netstring_read(far, answer, sizeof answer) != MESSAGE_BYTES || answer[0] != '/') boot_talk_over();
	return answer[1] == 0;
}

static int program(size_t at, const uint8_t *from, size_t size)
{
	return operate(PROGRAM, at, from, size);
}

static int erase(size_t at)
{
	return operate(ERASE, at, (const uint8_t *)"", 0);
}

struct boot_flash boot_talk_flash(struct netstrings *world, const volatile uint8_t *cells)
{
	far = world;
	return (struct boot_flash){cells, program, erase};
}

int boot_talk_asked(struct netstrings *world)
{
	uint8_t message[MESSAGE_BYTES];
	return netstring_read(world, message, sizeof message) == 1 && message[0] == '?';
}

int boot_talk_tell(struct netstrings *world, const struct boot_choice *choice)
{
	const uint8_t said[] = {(uint8_t)choice->slot, (uint8_t)choice->is_trial};
	return netstring_write(world, REPORT, strlen(REPORT), said, choice->slot < 0 ? 0 : sizeof said);
}
