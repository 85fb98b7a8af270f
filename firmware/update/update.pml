/*
 * Model of the boot metadata and the switch between two slots, for Spin (SPEC.md sections 3 and 8).
 *
 * The power goes before, after or inside each program and each erase; a torn copy may read as none, as
 * what it should be, or now as one and now as the other. Images hang, confirm themselves, or give up.
 * After STEPS things that happen nothing goes wrong any more, and the box has to come to rest.
 *
 *   npm run models -- --model update             all that can happen in so many steps
 *   npm run models -- --model update --runs 500  random runs of the model against hal/boot
 *
 * A line that begins with "@" tells a step and what came of it. With PLAIN, which runs against the code
 * have, nothing is torn: an operation is done or not. Not in the model: the download of an image (it is
 * there or it is not), its signatures, and slots that decay.
 */
#ifndef STEPS
#define STEPS 13
#endif
#ifndef CUTS
#define CUTS 4		/* of the power, inside an operation */
#endif
#ifndef RELEASES
#define RELEASES 3	/* the first is the factory's */
#endif
#define TRIES 3		/* boots that an image has to confirm itself */
#define NONE 2		/* no slot */

#define ERASED 0	/* nothing, or nothing that reads as a record */
#define WEAK 1		/* a record at one look, and none at another */
#define FIRM 2

typedef Copy {
	byte state, seq;
	byte confirmed, trial, tries;
	byte release;	/* on trial; 0: none */
	byte returned;	/* the release that was given up; 0: none since another was confirmed */
}

/* On flash. */
Copy copy[2];
byte image[2];		/* by slot: its release; 0: none that is whole */

/* In RAM. */
bool on;
byte running;		/* slot */
bool onTrial;

/* The world. */
byte steps, cuts, offered = 1;

/* What is remembered outside the box, to judge it. */
byte acted;			/* sequence of the record that a boot went by */
byte settled = 1;		/* release whose confirmation was written to its end */
byte starts[RELEASES + 1];	/* by release: boots while it was not confirmed */
bool gone[RELEASES + 1];	/* by release: that it was given up was written to its end */

/* A look at both copies: `in` is the sector of the record in force, NONE if neither reads as one. */
inline look() {
	in = NONE;
	s = 0;
	do
	:: s == 2 -> break
	:: s < 2 && copy[s].state == FIRM -> newer(); s++
	:: s < 2 && copy[s].state == WEAK -> newer(); s++
	:: s < 2 && copy[s].state != FIRM -> s++
	od;
	s = 0
}

inline newer() {
	if
	:: in == NONE -> in = s
	:: in != NONE && copy[s].seq > copy[in].seq -> in = s
	:: else -> skip
	fi
}

/* The supply goes in the operation that comes now, or it does not. `how`: 0 not, 1 before, 2 after, 3 inside. */
inline operate() {
	op++;
	how = 0;
	if
	:: true -> skip
	:: cuts < CUTS -> cuts++; how = 1
	:: cuts < CUTS -> cuts++; how = 2
#ifndef PLAIN
	:: cuts < CUTS -> cuts++; how = 3
#endif
	fi;
	dead = how > 0
}

/* The record in force is programmed again, so that its weak bits are firm. */
inline firm() {
	operate();
	if
	:: how == 0 || how == 2 -> copy[in].state = FIRM
	:: else -> skip
	fi
}

/* `next` goes into the sector that is not in force. */
inline write() {
#ifdef BUG_LOOKS_AGAIN
	look();
	assert(in != NONE);
#endif
#ifdef BUG_ONE_COPY
	other = in;
#else
	other = 1 - in;
#endif
	next.seq = copy[in].seq + 1;
	firm();
	if
	:: !dead ->
		operate();
		if
		:: how == 0 || how == 2 -> copy[other].state = ERASED
		:: how == 3 && copy[other].state != ERASED -> copy[other].state = ERASED
		:: how == 3 && copy[other].state != ERASED -> copy[other].state = WEAK
		:: else -> skip
		fi
	:: else -> skip
	fi;
	if
	:: !dead ->
		operate();
		if
		:: how == 1 -> skip
		:: how == 3 -> skip
		:: how != 1 ->
			copy[other].state = (how == 3 -> WEAK : FIRM);
			copy[other].seq = next.seq;
			copy[other].confirmed = next.confirmed;
			copy[other].trial = next.trial;
			copy[other].tries = next.tries;
			copy[other].release = next.release;
			copy[other].returned = next.returned
		fi
	:: else -> skip
	fi
}

inline takeNext() {
	next.confirmed = copy[in].confirmed;
	next.trial = copy[in].trial;
	next.tries = copy[in].tries;
	next.release = copy[in].release;
	next.returned = copy[in].returned
}

/* How a call ended. */
inline tell() {
	if
	:: dead && how == 1 -> printf(" cut %d before\n", op); on = false
	:: dead && how == 2 -> printf(" cut %d after\n", op); on = false
	:: dead && how == 3 -> printf(" cut %d inside\n", op); on = false
	:: !dead -> printf(" done\n")
	fi;
	op = 0; how = 0
}

/* The boot stub: chooses the slot, and counts a try before it is one. */
inline boot() {
	on = true;
	dead = false;
	onTrial = false;
	look();
	assert(in != NONE);
#ifndef BUG_ACTS_ON_WEAK
	firm();
#endif
	if
	:: !dead ->
		assert(copy[in].seq >= acted);	/* it does not change its mind */
		acted = copy[in].seq;
		takeNext();
		running = next.confirmed;
		if
		:: next.trial != NONE && next.tries > 0 && image[next.trial] == next.release ->
			onTrial = true;
			running = next.trial;
#ifdef BUG_COUNTS_LATER
			skip
#else
			next.tries--;
			write()
#endif
		:: next.trial != NONE && !(next.tries > 0 && image[next.trial] == next.release) ->
			next.returned = next.release;
			next.trial = NONE; next.tries = 0; next.release = 0;
			write();
			if
			:: !dead -> gone[next.returned] = true
			:: else -> skip
			fi
		:: else -> skip
		fi
	:: else -> skip
	fi;
	if
	:: dead -> printf("@ boot"); tell()
	:: else ->
		op = 0; how = 0;
		printf("@ boot slot %d trial %d tries %d returned %d\n", running, onTrial, next.tries, next.returned);
		assert(image[running] > 0);
		assert(image[running] >= settled);	/* a confirmed image is not left for an older one */
		assert(!onTrial || !gone[image[running]]);
		if
		:: onTrial -> starts[image[running]]++; assert(starts[image[running]] <= TRIES)
		:: else -> skip
		fi
	fi
}

/* A new release has come into the slot that does not run, and is to be tried. */
inline offer() {
	dead = false;
	look();
	offered++;
	assert(in != NONE);
#ifdef BUG_SLOT_THAT_RUNS
	next.trial = running;
#else
	next.trial = 1 - running;
#endif
	image[next.trial] = 0;
	/* That takes minutes, and the power may go meanwhile. */
	if
#ifndef PLAIN
	:: cuts < CUTS -> cuts++; how = 1; dead = true
#endif
	:: true -> image[next.trial] = offered; firm()
	fi;
	if
	:: !dead ->
		next.returned = copy[in].returned;
		next.confirmed = running; next.tries = TRIES; next.release = offered;
		write()
	:: else -> skip
	fi;
	printf("@ offer %d", offered);
	tell()
}

inline confirm() {
	dead = false;
	look();
	assert(in != NONE);
	firm();
	if
	:: !dead ->
		next.confirmed = running; next.trial = NONE; next.tries = 0; next.release = 0; next.returned = 0;
		write()
	:: else -> skip
	fi;
	if
	:: !dead -> settled = image[running]; onTrial = false
	:: else -> skip
	fi;
	printf("@ confirm");
	tell()
}

inline giveUp() {
	dead = false;
	look();
	assert(in != NONE);
	firm();
	if
	:: !dead ->
		takeNext();
		next.returned = next.release; next.trial = NONE; next.tries = 0; next.release = 0;
		write()
	:: else -> skip
	fi;
	if
	:: !dead -> gone[image[running]] = true
	:: else -> skip
	fi;
	printf("@ giveup");
	tell();
	on = false
}

proctype World() {
	Copy next;
	byte in, s, other, op, how;
	bool dead;
	do
	:: steps == STEPS -> break
	:: steps < STEPS ->
		atomic {
			steps++;
			if
			:: !on -> boot()
			/* It hangs, or the power goes between two operations. */
			:: on -> printf("@ reset\n"); on = false
			:: on && !onTrial && offered < RELEASES -> offer()
			:: on && onTrial -> confirm()
			:: on && onTrial -> giveUp()
			fi
		}
	od;
	/* Nothing is cut any more, and nobody confirms: what is on trial uses up its tries, and the confirmed one runs. */
	atomic {
		cuts = CUTS;
		printf("@ rest\n");
		on = false;
		/* What was torn reads one way from here on. */
		do
		:: s < 2 && copy[s].state == WEAK -> copy[s].state = FIRM; s++
		:: s < 2 && copy[s].state == WEAK -> copy[s].state = ERASED; s++
		:: s < 2 && copy[s].state != WEAK -> s++
		:: s == 2 -> break
		od;
		s = 0;
		steps = 0;
		do
		:: steps <= TRIES -> on = false; boot(); steps++
		:: else -> break
		od;
		assert(!onTrial)
	}
}

init {
	copy[0].state = FIRM; copy[0].seq = 1; copy[0].confirmed = 0; copy[0].trial = NONE;
	image[0] = 1;
	run World()
}
