/*
 * Model of the printed codes of one target, for Spin (SPEC.md sections 2 to 4).
 *
 * Somebody guesses, a holder types what the sheet says, the power is cut between any two steps, the
 * clock is lost, comes back, or goes back. Time is in minutes. STEPS bounds how many things happen;
 * within that, everything that can happen is tried.
 *
 *   npm run models -- --model codes              all that can happen in so many steps
 *   npm run models -- --model codes --runs 500   random runs of the model against the firmware
 *
 * A line that begins with "@" tells a step and what the box must answer. Not in the model: a clock
 * that is set forward, which only the cloud can do, and damaged flash, which is the journal's.
 */
#ifndef STEPS
#define STEPS 7
#endif
#ifndef NUMBERS
#define NUMBERS 3	/* codes of the target on the sheet */
#endif
#ifndef REUSES
#define REUSES 2	/* how often the last accepted code opens again */
#endif
#ifndef GRACE
#define GRACE 10	/* minutes for which it does */
#endif
#ifndef BACKS
#define BACKS 2		/* how often the clock goes back */
#endif
#define BACK 5		/* minutes by which it does */
#define UNKNOWN (-1)

/* On flash: records that a boot reads again. */
byte failures;			/* wrong codes in a row */
short failedAt = UNKNOWN;	/* wall time of the last one */
byte used;			/* highest number that was accepted */
byte grace;			/* the number that still works; 0: none */
byte reuses;
short graceAt = UNKNOWN;
byte graceBoot;
byte boots = 1;

/* In RAM: gone with each cut. Of true time, which the monotonic clock follows within a boot. */
short until;
short acceptedAt;

/* The world. */
short now = 1000;
short behind;			/* how far the wall clock is behind true time */
bool knows = true;		/* the box has a wall clock */
byte steps;

/* What is remembered outside the box, to judge it. */
short began;			/* the first wrong code since the last accepted one */
short paid;			/* penalties that all wrong codes since then but the last have cost */
byte shown;			/* verdicts "wrong" since then */
byte opened[NUMBERS + 1];	/* by number: pulses of the lock */
byte written[NUMBERS + 1];	/* by number: records before them */
short first[NUMBERS + 1];	/* by number: when it was accepted */
bool touched;			/* there was no clock, or it was set back, since the last acceptance */

inline penalty(count, minutes) {
	if
	:: count <= 3 -> minutes = 0
	:: count == 4 -> minutes = 2
	:: count == 5 -> minutes = 4
	:: count == 6 -> minutes = 8
	:: count == 7 -> minutes = 16
	:: count == 8 -> minutes = 32
	:: else -> minutes = 60
	fi
}

inline readClock(seconds) {
	if
	:: knows -> seconds = now - behind
	:: else -> seconds = UNKNOWN
	fi
}

/* What a boot makes of the records. */
inline boot() {
	boots++;
	acceptedAt = now;
	until = now;
	readClock(wall);
	penalty(failures, cost);
	if
#ifndef BUG_PENALTY_FORGOTTEN_AT_BOOT
	:: failedAt == UNKNOWN || wall == UNKNOWN || wall < failedAt -> until = now + cost
#else
	:: failedAt == UNKNOWN || wall == UNKNOWN || wall < failedAt -> skip
#endif
	:: else ->
		if
		:: cost > wall - failedAt -> until = now + cost - (wall - failedAt)
		:: else -> skip
		fi
	fi;
	/* The boot record comes then, and has a time: one that nobody knew, or that lies ahead, becomes its own. */
	if
	:: failures > 0 && wall != UNKNOWN && (failedAt == UNKNOWN || failedAt > wall) -> failedAt = wall
	:: else -> skip
	fi
}

inline lookAtGrace(holds) {
	readClock(wall);
	if
#ifndef BUG_GRACE_WITHOUT_LIMIT
	:: grace == 0 || reuses >= REUSES -> holds = false
#else
	:: grace == 0 -> holds = false
#endif
	:: else ->
		if
		:: graceBoot != boots && wall != UNKNOWN && graceAt != UNKNOWN && wall >= graceAt ->
			holds = (wall - graceAt < GRACE)
		:: else -> holds = (now - acceptedAt < GRACE)
		fi
	fi
}

/* A number is there to ask for: the one that works again, or the next. */
inline choosePrompt(again, number) {
	lookAtGrace(again);
	if
	:: again -> number = grace
	:: used < NUMBERS -> again = false; number = used + 1
	:: !again && used >= NUMBERS -> number = 0
	fi
}

inline tellState() {
	lookAtGrace(again);
	if
	:: again -> printf("@ state wait %d again %d\n", (until > now -> until - now : 0), grace)
	:: !again && used < NUMBERS ->
		printf("@ state wait %d next %d\n", (until > now -> until - now : 0), used + 1)
	:: else -> printf("@ state wait %d none\n", (until > now -> until - now : 0))
	fi
}

inline writeFailure() {
	failures++;
	readClock(failedAt);
	penalty(failures, cost);
	until = now + cost
}

/* The verdict is on the screen: a guess was answered. It must have been paid for. */
inline showWrong() {
	if
	:: shown == 0 -> began = now; paid = 0
	:: else -> skip
	fi;
	assert(now - began >= paid);
	shown++;
	penalty(shown, cost);
	paid = paid + cost
}

inline writeBurn() {
	written[number]++;
	failures = 0;
	failedAt = UNKNOWN;
	until = now;
	shown = 0;
	if
	:: again -> reuses++
	:: else ->
		used = number;
		grace = number;
		reuses = 0;
		readClock(graceAt);
		graceBoot = boots;
		acceptedAt = now;
		first[number] = now;
		touched = !knows
	fi
}

inline pulse() {
	opened[number]++;
	assert(opened[number] <= written[number]);
	assert(opened[number] <= 1 + REUSES);
	assert(touched || now - first[number] < GRACE)
}

proctype Box() {
	short wall, cost;
	bool again;
	byte number;
	do
	:: steps == STEPS -> break
	:: steps < STEPS ->
		atomic {
			steps++;
			if
			/* Somebody waits: a little, as long as the box says, nearly so long, or out the grace. */
			:: now++; printf("@ wait 1\n")
			:: now = now + GRACE - 1; printf("@ wait %d\n", GRACE - 1)
			:: until > now -> printf("@ wait %d\n", until - now); now = until
			:: until > now + 1 -> printf("@ wait %d\n", until - now - 1); now = until - 1
			:: knows -> knows = false; touched = true; printf("@ clock lost\n")
			:: !knows -> knows = true; printf("@ clock found\n")
			:: knows && behind < BACKS * BACK ->
				behind = behind + BACK;
				touched = true;
				printf("@ clock back %d\n", BACK)
			:: printf("@ cut\n"); boot()
			/* A wrong code. */
			:: true -> choosePrompt(again, number);
				if
				:: number == 0 -> skip
				:: number > 0 && until > now ->
					printf("@ wrong %d %d throttled\n", again, number)
				:: number > 0 && until <= now ->
#ifdef BUG_VERDICT_BEFORE_RECORD
					showWrong();
#endif
					if
					:: printf("@ cut\n"); boot()
					:: writeFailure();
						if
						:: printf("@ wrong %d %d cut\n", again, number); boot()
						:: printf("@ wrong %d %d wrong\n", again, number);
#ifndef BUG_VERDICT_BEFORE_RECORD
							showWrong()
#else
							skip
#endif
						fi
					fi
				fi
			/* The code that the sheet has. */
			:: true -> choosePrompt(again, number);
				if
				:: number == 0 -> skip
				:: number > 0 && until > now ->
					printf("@ right %d %d throttled\n", again, number)
				:: number > 0 && until <= now ->
#ifdef BUG_LOCK_BEFORE_RECORD
					pulse();
#endif
					if
					:: printf("@ cut\n"); boot()
					:: writeBurn();
						if
						:: printf("@ right %d %d cut\n", again, number); boot()
						:: printf("@ right %d %d accepted\n", again, number);
#ifndef BUG_LOCK_BEFORE_RECORD
							pulse()
#else
							skip
#endif
						fi
					fi
				fi
			fi;
			tellState()
		}
	od
}

init {
	run Box()
}
