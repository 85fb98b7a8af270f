/*
 * Model of the end of the journal, for Spin (SPEC.md sections 4 to 6): appends, cuts, mounts, repairs.
 *
 * A record is two units. A cut comes before, after or inside the programming of each, and in repairs as
 * well; a unit that it came into reads as before, as it should, or as neither, by chance and each time
 * anew, until it is firm. STEPS bounds how many records are begun and how often the box starts.
 *
 *   npm run models -- --model journal
 *
 * A line that begins with "@" tells a step and what came of it. Not in the model: sectors, headers and
 * checkpoints (npm run soak:journal cuts in those), parts that fail, and bits.
 */
#ifndef STEPS
#define STEPS 9
#endif
#ifndef CUTS
#define CUTS 3
#endif
#ifndef UNITS
#define UNITS 10
#endif
#ifndef FRAMES
#define FRAMES 4	/* records begun at most */
#endif
#define BLANK 0
#define ZERO 100
#define NEITHER 101

/* On flash: what a unit holds, and what it held when a cut came into it. A record is its number times two, its second unit one more. */
byte holds[UNITS + 3];
byte held[UNITS + 3];
bool weak[UNITS + 3];

/* In RAM. */
bool on, isRepaired;
byte last;	/* place of the last valid record; UNITS: there is none */
byte number;	/* of that record */
byte next;	/* where the next record goes */
byte dirty;	/* behind all that is not blank */

/* The world. */
byte steps, cuts, frames;

/* What is remembered outside the box, to judge it. */
bool promised[FRAMES + 1];	/* its append was answered, or a boot went by it */
bool found[FRAMES + 1];

/* What a unit reads as, this once. */
inline look(at) {
	v = holds[at];
	if
	:: weak[at] -> skip
	:: weak[at] -> v = held[at]
	:: weak[at] -> v = NEITHER
	:: !weak[at] -> skip
	fi
}

/* Programs a unit, which only clears bits: what is weak stays so unless it is made all zeros, or the same again. */
inline program(at, what) {
	if
	:: true ->
		if
		:: what == ZERO || holds[at] == what -> weak[at] = false
		:: what != ZERO && holds[at] != what && weak[at] -> held[at] = NEITHER
		:: else -> skip
		fi;
		holds[at] = what
	:: cuts < CUTS -> cuts++; dead = true	/* before it */
	:: cuts < CUTS && holds[at] != what -> cuts++; dead = true; held[at] = holds[at]; holds[at] = what; weak[at] = true
	fi
}

inline append() {
	place = next;
	look(place);
	ok = (v == BLANK);
	look(place + 1);
	ok = ok && v == BLANK;
	if
	:: !ok -> next++; printf("@ passed over %d\n", place)
	:: else ->
		frames++;
		dead = false;
		program(place, 2 * frames);
		if
		:: !dead -> program(place + 1, 2 * frames + 1)
		:: else -> skip
		fi;
		if
		:: dead -> printf("@ record %d at %d cut\n", frames, place); on = false
		:: else ->
			look(place);
			ok = (v == 2 * frames);
			look(place + 1);
			ok = ok && v == 2 * frames + 1;
			if
			:: ok -> promised[frames] = true; next = place + 2; printf("@ record %d at %d\n", frames, place)
			:: else ->
				/* It does not read back: destroyed, and passed over. */
				program(place + 1, ZERO);
				if
				:: !dead -> program(place, ZERO)
				:: else -> on = false
				fi;
				if
				:: dead -> on = false
				:: else -> skip
				fi;
				next = place + 2;
				printf("@ record %d at %d destroyed\n", frames, place)
			fi
		fi
	fi
}

/* Reads from the first unit on; what is no record is passed over, unit by unit. */
inline mount() {
	on = true;
	isRepaired = false;
	isDoubtful = false;
	last = UNITS;
	dirty = 0;
	i = 1;
	do
	:: i <= FRAMES -> found[i] = false; i++
	:: else -> break
	od;
	i = 0;
	do
	:: i < UNITS ->
		look(i);
		w = v;
		look(i + 1);
		if
		:: w != BLANK -> dirty = i + 1
		:: else -> skip
		fi;
		if
		:: w > 1 && w < ZERO && w % 2 == 0 && v == w + 1 ->
			number = w / 2;
			found[number] = true;
			last = i;
			dirty = i + 2;
			i = i + 2
		:: else -> i++
		fi
	:: else -> break
	od;
	i = 0;
	/*
	 * Eight looks more find out one that a cut came into: it was never promised. One that was being written may read alike each
	 * time all the same, and is made firm; that one which was being destroyed does so is taken for never (one in 512 for each bit).
	 */
	if
	:: last < UNITS && (weak[last] || weak[last + 1]) ->
#ifndef BUG_ONE_LOOK
		if
		:: true -> isDoubtful = true
		:: holds[last] == 2 * number && holds[last + 1] == 2 * number + 1 -> skip
		fi
#else
		skip
#endif
	:: else -> skip
	fi;
	if
	:: isDoubtful -> found[number] = false
	:: else -> skip
	fi;
	i = 1;
	do
	:: i <= frames -> assert(!promised[i] || found[i]); i++
	:: else -> break
	od;
	i = 0;
	printf("@ mount last %d dirty %d\n", last, dirty)
}

/* Before the first append of a boot. */
inline repair() {
	dead = false;
	i = 0;
	if
	:: last < UNITS && !isDoubtful ->
#ifndef BUG_NOT_FIRMED
		program(last, 2 * number);
		if
		:: !dead -> program(last + 1, 2 * number + 1)
		:: else -> skip
		fi;
#endif
		i = last + 2
	:: last < UNITS && isDoubtful -> i = last
	:: else -> skip
	fi;
	next = i;
#ifndef BUG_NO_REPAIR
#ifdef BUG_NO_UNITS_MORE
	end = dirty;
#else
	end = dirty + 2;
#endif
	next = (end > i -> end : i);
	/* From the second unit on, and the first one last. */
	place = i + 1;
	do
	:: !dead && place < end && place < UNITS + 2 -> program(place, ZERO); place++
	:: else -> break
	od;
	if
	:: !dead && i < end -> program(i, ZERO)
	:: else -> skip
	fi;
#endif
	i = 0; place = 0; end = 0;
	if
	:: dead -> on = false; printf("@ repair cut\n")
	:: else ->
		isRepaired = true;
		if
		:: last < UNITS && !isDoubtful -> promised[number] = true
		:: else -> skip
		fi;
		printf("@ repaired, next %d\n", next)
	fi;
	isDoubtful = false
}

proctype World() {
	byte v, w, i, place, end;
	bool ok, dead, isDoubtful;
	do
	:: steps == STEPS -> break
	:: steps < STEPS ->
		atomic {
			steps++;
			if
			:: !on -> mount()
			:: on && !isRepaired -> repair()
			:: on && isRepaired && frames < FRAMES && next + 2 <= UNITS -> append()
			:: on -> printf("@ cut\n"); on = false
			fi;
			v = 0; w = 0; ok = false; dead = false; place = 0
		}
	od;
	atomic { mount() }
}

init {
	run World()
}
