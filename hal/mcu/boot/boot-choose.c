#include "boot-choose.h"

#include "boot-metadata.h"

/* Boots that an image gets to confirm itself. */
#define TRIES 3
/* Why an image was given up (section 8). */
enum give_up { NOT_CONFIRMED = 1, IMAGE_DAMAGED = 2 };

struct images {
	struct boot_image in[2];
};

static int is_sound(const struct images *images, unsigned slot)
{
	return images->in[slot].length > 0;
}

/* The confirmed image; where it has decayed, the other one. */
static struct boot_choice confirmed_of(const struct boot_metadata *present, const struct images *images)
{
	const unsigned confirmed = present->confirmed, other = 1 - confirmed;
	const unsigned slot = is_sound(images, confirmed) ? confirmed : other;
	return (struct boot_choice){is_sound(images, slot) ? (int)slot : -1, images->in[slot], 0};
}

/* Neither copy of the metadata is sound: of two images the newer one has to show what it is worth. 0: there is none. */
static int begun_anew(const struct boot_flash *flash, const struct images *images, struct boot_metadata *to)
{
	if (!is_sound(images, 0) && !is_sound(images, 1)) return 0;
	const unsigned newer = images->in[1].release > images->in[0].release ? 1 : 0, older = 1 - newer;
	const unsigned confirmed = is_sound(images, older) ? older : newer;
	*to = (struct boot_metadata){
		.confirmed = (uint8_t)confirmed,
		.release = images->in[confirmed].release,
		.is_trial = confirmed != newer,
		.trial_slot = (uint8_t)newer,
		.tries = TRIES,
		.trial_release = images->in[newer].release,
		.floor = images->in[confirmed].security,
	};
	(void)boot_metadata_write(flash, to);
	return 1;
}

struct boot_choice boot_choose(const struct boot_flash *flash)
{
	const struct images images = {{boot_image_in(flash, 0), boot_image_in(flash, 1)}};
	struct boot_metadata present;
	if (!boot_metadata_read(flash, &present) && !begun_anew(flash, &images, &present)) {
		return (struct boot_choice){-1, {0, 0, 0}, 0};
	}
	if (!present.is_trial) return confirmed_of(&present, &images);
	const struct boot_image tried = images.in[present.trial_slot];
	struct boot_metadata next = present;
	if (tried.length > 0 && tried.release == present.trial_release && present.tries > 0) {
		/* Counted before it runs: whatever the image does then, the count is right. */
		next.tries = (uint8_t)(present.tries - 1);
		if (boot_metadata_write(flash, &next)) return (struct boot_choice){present.trial_slot, tried, 1};
	} else {
		next.is_trial = 0;
		next.returned = present.trial_release;
		next.why = present.tries > 0 ? IMAGE_DAMAGED : NOT_CONFIRMED;
		(void)boot_metadata_write(flash, &next);
	}
	return confirmed_of(&present, &images);
}
