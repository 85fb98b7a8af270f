/* Messages on two files of the machine beside this one: netstrings (D. J. Bernstein, 1997), `5:hello,`. */
#ifndef NETSTRING_H
#define NETSTRING_H

#include <stddef.h>
#include <stdint.h>

struct netstrings {
	/* Handles of semihosting.h. */
	int from, to;
	/* Read ahead: bytes `at` to `end` of `ahead`. */
	uint8_t ahead[256];
	size_t at, end;
};

/*
 * Reads the next message into `to`. Its length; -1: the file has ended, -2: what comes is no netstring, or longer than `capacity`.
 */
long netstring_read(struct netstrings *channel, uint8_t *to, size_t capacity);

/* Sends a message of two parts. Whether it went. */
int netstring_write(struct netstrings *channel, const void *head, size_t head_size, const void *body, size_t body_size);

#endif
