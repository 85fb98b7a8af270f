#include "netstring.h"

#include <string.h>

#include "semihosting.h"

/* The next byte, or -1 at the end of the file. */
static int next_byte(struct netstrings *channel)
{
	if (channel->at == channel->end) {
		channel->at = 0;
		channel->end = semihosting_read(channel->from, channel->ahead, sizeof channel->ahead);
		if (channel->end == 0) return -1;
	}
	return channel->ahead[channel->at++];
}

long netstring_read(struct netstrings *channel, uint8_t *to, size_t capacity)
{
	size_t length = 0;
	int byte = next_byte(channel);
	if (byte < 0) return -1;
	for (; byte != ':'; byte = next_byte(channel)) {
		if (byte < '0' || byte > '9') return byte < 0 ? -1 : -2;
		length = length * 10 + (size_t)(byte - '0');
		if (length > capacity) return -2;
	}
	for (size_t done = 0; done < length;) {
		if (channel->at == channel->end) {
			byte = next_byte(channel);
			if (byte < 0) return -1;
			channel->at--;
		}
		const size_t there = channel->end - channel->at;
		const size_t part = there < length - done ? there : length - done;
		memcpy(to + done, channel->ahead + channel->at, part);
		channel->at += part;
		done += part;
	}
	byte = next_byte(channel);
	if (byte < 0) return -1;
	return byte == ',' ? (long)length : -2;
}

int netstring_write(struct netstrings *channel, const void *head, size_t head_size, const void *body, size_t body_size)
{
	/* From the end on. By hand: printing wants a heap, which the boot stub has not. */
	char text[24];
	size_t at = sizeof text;
	text[--at] = ':';
	size_t rest = head_size + body_size;
	do {
		text[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	return semihosting_write(channel->to, text + at, sizeof text - at) && semihosting_write(channel->to, head, head_size) &&
		semihosting_write(channel->to, body, body_size) && semihosting_write(channel->to, ",", 1);
}
