/* What hal/moddable/native.ts and hal/moddable/lin/native.ts ask of Linux. */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Of the crash port's memory. */
#define kKeptBytes 256

void xs_smartbox_monotonicMs(xsMachine *the)
{
	static struct timespec began;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (began.tv_sec == 0)
		began = now;
	long long ms = (long long)(now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000;
	xsmcSetNumber(xsResult, (double)ms);
}

void xs_smartbox_fillRandom(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue length;
	xsmcGetBufferWritable(xsArg(0), &bytes, &length);
	xsmcSetBoolean(xsResult, getrandom(bytes, length, 0) == (ssize_t)length);
}

/* SIGALRM ends the process, whatever the machine is doing. */
void xs_smartbox_armWatchdog(xsMachine *the)
{
	int ms = xsmcToInteger(xsArg(0));
	struct itimerval timer = { .it_value = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 } };
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* A file in SMARTBOX_DIR, mapped: it outlives the process, however that ends. Without one, memory that does not. */
void xs_smartbox_keptMemory(xsMachine *the)
{
	static uint8_t none[kKeptBytes];
	uint8_t *kept = none;
	const char *folder = getenv("SMARTBOX_DIR");
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/kept", folder ? folder : ".");
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd >= 0) {
		if (0 == ftruncate(fd, kKeptBytes)) {
			void *mapped = mmap(NULL, kKeptBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
			if (MAP_FAILED != mapped)
				kept = mapped;
		}
		close(fd);
	}
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, kept, kKeptBytes);
}

/* The file `letters` in SMARTBOX_DIR, mapped for as long as the process runs. */
void xs_smartbox_lettersOfNames(xsMachine *the)
{
	const char *folder = getenv("SMARTBOX_DIR");
	char path[PATH_MAX];
	struct stat status;
	void *mapped;
	int fd;

	snprintf(path, sizeof(path), "%s/letters", folder ? folder : ".");
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	mapped = (0 == fstat(fd, &status)) && (status.st_size > 0)
		? mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	close(fd);
	if (MAP_FAILED == mapped)
		return;
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, mapped, status.st_size);
	xsmcPetrifyHostBuffer(xsResult);
}

void xs_smartbox_env(xsMachine *the)
{
	const char *value = getenv(xsmcToString(xsArg(0)));
	if (value)
		xsmcSetString(xsResult, (char *)value);
}

/* Not exit(): the window's own thread must not run its handlers in the middle of this one. */
void xs_smartbox_exit(xsMachine *the)
{
	_exit(xsmcToInteger(xsArg(0)));
}

/* A file as NOR flash. Errors are told as a message; none: undefined. */

typedef struct {
	int fd;
} FlashFile;

static FlashFile *flashFile(xsMachine *the)
{
	FlashFile *file = xsmcGetHostData(xsThis);
	if (!file)
		xsUnknownError("closed");
	return file;
}

void xs_smartbox_flash_destructor(void *data)
{
	FlashFile *file = data;
	if (!file)
		return;
	close(file->fd);
	free(file);
}

/* constructor(path, sizeBytes, readOnly): a file that is too short is filled up with erased bytes. */
void xs_smartbox_flash(xsMachine *the)
{
	int size = xsmcToInteger(xsArg(1));
	int readOnly = xsmcToBoolean(xsArg(2));
	char *path = xsmcToString(xsArg(0));
	int fd = open(path, readOnly ? O_RDONLY : O_RDWR | O_CREAT, 0600);
	struct stat status;
	if (fd < 0)
		xsUnknownError("%s: %s", path, strerror(errno));
	if (fstat(fd, &status) != 0 || (readOnly && status.st_size < size)) {
		close(fd);
		xsUnknownError("%s: too short", path);
	}
	if (!readOnly) {
		uint8_t erased[512];
		memset(erased, 0xff, sizeof(erased));
		for (off_t at = status.st_size; at < size; at += sizeof(erased)) {
			size_t length = size - at < (off_t)sizeof(erased) ? (size_t)(size - at) : sizeof(erased);
			if (pwrite(fd, erased, length, at) != (ssize_t)length) {
				close(fd);
				xsUnknownError("%s: %s", path, strerror(errno));
			}
		}
	}
	FlashFile *file = calloc(1, sizeof(FlashFile));
	if (!file) {
		close(fd);
		xsUnknownError("no memory");
	}
	file->fd = fd;
	xsmcSetHostData(xsThis, file);
}

void xs_smartbox_flash_read(xsMachine *the)
{
	FlashFile *file = flashFile(the);
	void *bytes;
	xsUnsignedValue length;
	int offset = xsmcToInteger(xsArg(0));
	xsmcGetBufferWritable(xsArg(1), &bytes, &length);
	if (pread(file->fd, bytes, length, offset) != (ssize_t)length)
		xsmcSetString(xsResult, strerror(errno));
}

/* Clears bits, and never sets one. */
void xs_smartbox_flash_program(xsMachine *the)
{
	FlashFile *file = flashFile(the);
	void *bytes;
	xsUnsignedValue length;
	int offset = xsmcToInteger(xsArg(0));
	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	for (xsUnsignedValue from = 0; from < length; from += 512) {
		uint8_t cells[512];
		xsUnsignedValue count = length - from < 512 ? length - from : 512;
		if (pread(file->fd, cells, count, offset + from) != (ssize_t)count) {
			xsmcSetString(xsResult, strerror(errno));
			return;
		}
		for (xsUnsignedValue i = 0; i < count; i++)
			cells[i] &= ((uint8_t *)bytes)[from + i];
		if (pwrite(file->fd, cells, count, offset + from) != (ssize_t)count) {
			xsmcSetString(xsResult, strerror(errno));
			return;
		}
	}
}

void xs_smartbox_flash_erase(xsMachine *the)
{
	FlashFile *file = flashFile(the);
	int offset = xsmcToInteger(xsArg(0));
	int length = xsmcToInteger(xsArg(1));
	uint8_t erased[512];
	memset(erased, 0xff, sizeof(erased));
	for (int from = 0; from < length; from += sizeof(erased)) {
		size_t count = length - from < (int)sizeof(erased) ? (size_t)(length - from) : sizeof(erased);
		if (pwrite(file->fd, erased, count, offset + from) != (ssize_t)count) {
			xsmcSetString(xsResult, strerror(errno));
			return;
		}
	}
}
