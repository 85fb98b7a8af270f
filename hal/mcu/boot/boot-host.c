/*
 * The choosing part of the boot stub on the computer, under sanitizers: the same talk on files 3 and 4, and for the cells a file that the
 * other side keeps as the part would read. It chooses as often as it is asked, each time as from a reset.
 *
 *   boot-host FLASH-FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot-talk.h"
#include "semihosting.h"

enum { FROM_WORLD = 3, TO_WORLD = 4 };

size_t semihosting_read(int handle, void *buffer, size_t size)
{
	const ssize_t count = read(handle, buffer, size);
	return count > 0 ? (size_t)count : 0;
}

int semihosting_write(int handle, const void *buffer, size_t size)
{
	for (size_t done = 0; done < size;) {
		const ssize_t count = write(handle, (const char *)buffer + done, size - done);
		if (count <= 0) return 0;
		done += (size_t)count;
	}
	return 1;
}

_Noreturn void boot_talk_over(void)
{
	exit(0);
}

int main(int argc, char *argv[])
{
	const int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	if (file < 0) {
		fprintf(stderr, "usage: boot-host FLASH-FILE\n");
		return 2;
	}
	const volatile uint8_t *const cells = mmap(NULL, BOOT_FLASH_BYTES, PROT_READ, MAP_SHARED, file, 0);
	if (cells == MAP_FAILED) return 2;
	struct netstrings world = {.from = FROM_WORLD, .to = TO_WORLD};
	while (boot_talk_asked(&world)) {
		const struct boot_flash flash = boot_talk_flash(&world, cells);
		const struct boot_choice choice = boot_choose(&flash);
		if (!boot_talk_tell(&world, &choice)) break;
	}
	return 0;
}
