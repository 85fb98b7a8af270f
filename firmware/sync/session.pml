/*
 * Model of the session between box and cloud, for Spin (PROTOCOL.md sections 2 to 5).
 *
 * The broker is the adversary: it keeps every message and hands over whichever it likes, as often and
 * as late as it likes. It cannot forge one: what is delivered was sent. The box is cut off, loses its
 * RAM, erases what is acknowledged, and loses its journal; the cloud is restarted, between a commit
 * and its ack too, and put back from a copy. STEPS bounds how many things happen. After them comes
 * an honest broker, and everything must be where it belongs within a few exchanges.
 *
 *   npm run models -- --model session
 *
 * A line that begins with "@" tells a step, or what came of it. A batch holds one record. Not in the
 * model: bytes, how long anything takes (tests/sync/freshness does that), snapshots and commands.
 */
#ifndef STEPS
#define STEPS 6
#endif
#define RECORDS 3	/* in a journal */
#define KEPT 6		/* messages each way that the broker keeps */
#define SESSIONS 4	/* of the box; the last is for the honest broker */
#define EPOCHS 2
#define PENDING 2	/* welcomed sessions that wait for their box; the cloud has 8 */

/* What an envelope shows, and what it holds. `sid` 0: there is none. */
typedef Up {
	bool hello;
	byte sid, challenge, counter;
	byte epoch;
	byte first;	/* of a batch: its record */
	byte gapFrom;	/* of a batch: from where records are missing; 0: none */
	byte acked;	/* of a hello: what the box holds to be acknowledged */
}
typedef Down {
	bool welcome;
	byte sid, challenge, counter;
	byte answers;	/* of a welcome: the hello's counter */
	byte epoch;	/* of an ack */
	byte through;	/* the cloud has every record through this one */
	bool life;	/* sent after the database was put back; to judge by, nobody reads it */
}
typedef Talk {
	byte sid, challenge, lastHello, lastUp, down;
}
typedef Journal {
	byte through;		/* the cloud has every record through this one */
	byte copied;		/* the same in the copy */
	bool logged[RECORDS + 1];
	bool loggedInCopy[RECORDS + 1];
	bool missed[RECORDS + 1];	/* logged as part of a counted gap */
	bool missedInCopy[RECORDS + 1];
	byte ever;		/* the highest `through` that was durable since the database was put back */
}

/* The broker. */
Up up[KEPT];
Down down[KEPT];
byte ups, downs;

/* The box: its journal ... */
byte epoch = 1;
byte next = 1, oldest = 1, acked;
/* ... and its RAM. */
byte sid;		/* 0: no connection */
byte hellos;		/* counter of the last hello in this session */
bool awaits, online;
byte challenge, upCounter, downCounter, sentThrough;

/* The cloud: its database ... */
Journal log[EPOCHS + 1];
bool hasCopy;
/* ... and its RAM. */
Talk current;
Talk pending[PENDING];
bool spent[SESSIONS + 1];

/* The world. */
byte sids, challenges, steps;
bool restored;		/* the database was put back from a copy at least once */
bool restarts;
bool life;		/* of the database that the box was welcomed by */

#define last (next - 1)

inline sendUp(isHello) {
	if
	:: ups < KEPT ->
		up[ups].hello = isHello;
		up[ups].sid = sid;
		up[ups].epoch = epoch;
		if
		:: isHello ->
			up[ups].challenge = 0;
			up[ups].counter = hellos;
			up[ups].acked = acked
		:: else ->
			up[ups].challenge = challenge;
			up[ups].counter = upCounter;
			up[ups].first = first;
			up[ups].gapFrom = gapFrom
		fi;
		ups++
	:: else -> skip	/* lost on its way */
	fi
}

inline sendHello() {
	hellos++;
	awaits = true;
	first = 0; gapFrom = 0;
	sendUp(true);
	printf("@ up hello %d\n", hellos)
}

inline connect() {
	sids++;
	sid = sids;
	hellos = 0;
	online = false;
	challenge = 0;
	sendHello()
}

inline forgetSession() {
	sid = 0; hellos = 0; awaits = false; online = false;
	challenge = 0; upCounter = 0; downCounter = 0; sentThrough = 0
}

/* The box sends all that it may. */
inline pump() {
	do
	:: online && !awaits && sentThrough < last && oldest <= last ->
		upCounter++;
		first = (sentThrough + 1 > oldest -> sentThrough + 1 : oldest);
		gapFrom = (first > acked + 1 && first > sentThrough + 1 -> sentThrough + 1 : 0);
		sentThrough = first;
		sendUp(false);
		printf("@ up records %d gap %d\n", first, gapFrom)
	:: else -> break
	od
}

inline begin(told) {
	acked = (told < last -> told : last);
	sentThrough = acked
}

inline takeDown(i) {
	if
	:: down[i].sid == sid && sid > 0 && down[i].welcome && awaits && down[i].answers == hellos &&
		down[i].challenge != challenge ->
		challenge = down[i].challenge;
		life = down[i].life;
		upCounter = 0;
		downCounter = down[i].counter;
		awaits = false;
		online = true;
		/* The end of a damaged journal: numbers that the cloud has are not given again. */
		if
		:: down[i].through > last -> next = down[i].through + 1; oldest = next
		:: else -> skip
		fi;
		begin(down[i].through);
		printf("@ taken welcome acked %d\n", acked);
		pump()
	:: down[i].sid == sid && sid > 0 && !down[i].welcome && online &&
#ifndef BUG_ANY_CHALLENGE
		down[i].challenge == challenge && down[i].counter > downCounter &&
#endif
		down[i].epoch == epoch ->
		downCounter = down[i].counter;
		if
		:: down[i].through <= sentThrough ->
			if
			:: down[i].through < acked -> sentThrough = down[i].through
			:: else -> skip
			fi;
			acked = down[i].through;
			/* A database that is put back under a session is noticed at the next hello. */
			assert(life != restored || acked <= log[epoch].ever);
			printf("@ taken ack %d\n", acked)
		:: else -> printf("@ dropped\n")
		fi;
		pump()
	:: else -> printf("@ dropped\n")
	fi
}

inline sendDown(isWelcome, to) {
	if
	:: downs < KEPT ->
		down[downs].welcome = isWelcome;
		down[downs].sid = to.sid;
		down[downs].challenge = to.challenge;
		down[downs].counter = to.down;
		down[downs].answers = to.lastHello;
		down[downs].epoch = at;
		down[downs].through = log[at].through;
		down[downs].life = restored;
		downs++
	:: else -> skip
	fi
}

/* Whether a hello is one of a session that is over, or no newer than the last of its session. */
inline lookAtHello(i, isOld) {
	isOld = spent[up[i].sid] || (current.sid == up[i].sid && up[i].counter <= current.lastHello);
	slot = 0;
	do
	:: slot < PENDING ->
		if
		:: pending[slot].sid == up[i].sid && up[i].counter <= pending[slot].lastHello -> isOld = true
		:: else -> skip
		fi;
		slot++
	:: else -> break
	od;
	slot = 0
}

inline sendWelcome(i) {
	challenges++;
	/* One pending session for each `sid`; otherwise the oldest gives way. */
	if
	:: pending[0].sid == up[i].sid || (pending[1].sid != up[i].sid && pending[0].sid > 0) ->
		pending[0].sid = pending[1].sid;
		pending[0].challenge = pending[1].challenge;
		pending[0].lastHello = pending[1].lastHello;
		pending[0].lastUp = pending[1].lastUp;
		pending[0].down = pending[1].down
	:: else ->
		if
		:: pending[0].sid == 0 && pending[1].sid != up[i].sid ->
			pending[0].sid = pending[1].sid;
			pending[0].challenge = pending[1].challenge;
			pending[0].lastHello = pending[1].lastHello;
			pending[0].lastUp = pending[1].lastUp;
			pending[0].down = pending[1].down
		:: else -> skip
		fi
	fi;
	pending[1].sid = up[i].sid;
	pending[1].challenge = challenges;
	pending[1].lastHello = up[i].counter;
	pending[1].lastUp = 0;
	pending[1].down = 1;
	if
	:: current.sid == up[i].sid -> current.lastHello = up[i].counter
	:: else -> skip
	fi;
	at = up[i].epoch;
	sendDown(true, pending[1]);
	printf("@ welcome %d acked %d\n", up[i].counter, log[at].through)
}

/* The box has answered in this session: from here on it is the one that counts. */
inline prove(s) {
	if
	:: current.sid != 0 && current.sid != pending[s].sid -> spent[current.sid] = true
	:: else -> skip
	fi;
	current.sid = pending[s].sid;
	current.challenge = pending[s].challenge;
	current.lastHello = pending[s].lastHello;
	current.lastUp = pending[s].lastUp;
	current.down = pending[s].down;
	pending[s].sid = 0; pending[s].challenge = 0; pending[s].lastHello = 0; pending[s].lastUp = 0; pending[s].down = 0
}

inline commit(i) {
	at = up[i].epoch;
	if
#ifndef BUG_TAKES_TWICE
	:: up[i].first <= log[at].through -> skip	/* it is here already */
#endif
	:: up[i].first > log[at].through + 1 && !(up[i].gapFrom > 0 && up[i].gapFrom <= log[at].through + 1) -> skip
	:: else ->
		n = log[at].through + 1;
		do
		:: n < up[i].first -> log[at].missed[n] = true; n++
		:: else -> break
		od;
		/* Nobody misses what nobody put back: a gap is never told of a database that was not restored. */
		assert(restored || up[i].first == log[at].through + 1);
		assert(!log[at].logged[up[i].first]);
		log[at].logged[up[i].first] = true;
		log[at].through = up[i].first;
		n = 0;
		if
		:: log[at].through > log[at].ever -> log[at].ever = log[at].through
		:: else -> skip
		fi
	fi
}

inline restart() {
	current.sid = 0; current.challenge = 0; current.lastHello = 0; current.lastUp = 0; current.down = 0;
	slot = 0;
	do
	:: slot < PENDING ->
		pending[slot].sid = 0; pending[slot].challenge = 0; pending[slot].lastHello = 0;
		pending[slot].lastUp = 0; pending[slot].down = 0;
		slot++
	:: else -> break
	od;
	slot = 1;
	do
	:: slot <= SESSIONS -> spent[slot] = false; slot++
	:: else -> break
	od;
	slot = 0
}

/* `dies`: the cloud is gone between the commit and the ack. */
inline takeUp(i, dies) {
	if
	:: up[i].hello ->
		lookAtHello(i, isOld);
		if
		:: isOld -> printf("@ dropped\n")
		:: else -> sendWelcome(i)
		fi
	:: else ->
		/* A session that waits for its box is one from now on. */
		slot = 0;
		do
		:: slot < PENDING && pending[slot].sid == up[i].sid && pending[slot].challenge == up[i].challenge ->
			prove(slot);
			break
		:: slot < PENDING && !(pending[slot].sid == up[i].sid && pending[slot].challenge == up[i].challenge) -> slot++
		:: else -> break
		od;
		slot = 0;
		if
		:: current.sid == up[i].sid && current.challenge == up[i].challenge && up[i].counter > current.lastUp ->
			current.lastUp = up[i].counter;
#ifdef BUG_ACK_BEFORE_COMMIT
			current.down++;
			at = up[i].epoch;
			log[at].through++;
			sendDown(false, current);
			log[at].through--;
#endif
			if
			:: dies -> commit(i); restart(); printf("@ killed %d\n", log[at].through)
			:: else ->
				commit(i);
#ifndef BUG_ACK_BEFORE_COMMIT
				current.down++;
				sendDown(false, current);
#endif
				printf("@ ack %d\n", log[at].through)
			fi
		:: else -> printf("@ dropped\n")
		fi
	fi;
	at = 0
}

inline copyDatabase() {
	hasCopy = true;
	at = 1;
	do
	:: at <= EPOCHS ->
		log[at].copied = log[at].through;
		n = 1;
		do
		:: n <= RECORDS ->
			log[at].loggedInCopy[n] = log[at].logged[n];
			log[at].missedInCopy[n] = log[at].missed[n];
			n++
		:: else -> break
		od;
		at++
	:: else -> break
	od;
	at = 0; n = 0
}

inline putBack() {
	restored = true;
	at = 1;
	do
	:: at <= EPOCHS ->
		log[at].through = log[at].copied;
		log[at].ever = log[at].copied;
		n = 1;
		do
		:: n <= RECORDS ->
			log[at].logged[n] = log[at].loggedInCopy[n];
			log[at].missed[n] = log[at].missedInCopy[n];
			n++
		:: else -> break
		od;
		at++
	:: else -> break
	od;
	at = 0; n = 0;
	restart()
}

proctype World() {
	byte first, gapFrom, slot, at, n, i;
	bool isOld;
	do
	:: steps == STEPS -> break
	:: steps < STEPS ->
		atomic {
			steps++;
			if
			:: next <= RECORDS -> printf("@ record %d\n", next); next++; pump()
			:: sids < SESSIONS - 1 -> printf("@ connect\n"); connect()
			/* Nothing comes for as long as the box waits: it asks again. */
			:: sid > 0 && awaits -> printf("@ silence\n"); online = false; sendHello()
			:: sid > 0 && !awaits && online && acked < sentThrough ->
				printf("@ silence\n");
				sentThrough = acked;
				sendHello()
			:: printf("@ cut\n"); forgetSession()
			:: oldest <= acked -> printf("@ erase %d\n", oldest); oldest++
			:: epoch < EPOCHS && next > 1 ->
				printf("@ new journal\n");
				epoch++; next = 1; oldest = 1; acked = 0;
				forgetSession()
			:: ups > 0 -> select(i : 0 .. ups - 1); printf("@ deliver up %d\n", i); takeUp(i, false)
			:: ups > 0 && !restarts ->
				select(i : 0 .. ups - 1);
				printf("@ deliver up %d and kill\n", i);
				restarts = true;
				takeUp(i, true)
			:: downs > 0 -> select(i : 0 .. downs - 1); printf("@ deliver down %d\n", i); takeDown(i)
			:: !hasCopy -> printf("@ copy\n"); copyDatabase()
			:: hasCopy && !restored -> printf("@ put back\n"); putBack()
			fi;
			i = 0
		}
	od;
	/* An honest broker: everything comes, once, in order. */
	atomic {
		printf("@ honest\n");
		steps = 0;
		ups = 0; downs = 0;
		connect();
		takeUp(0, false);
		ups = 0;
		takeDown(0);
		downs = 0;
		n = 0;
		i = 0;
		do
		:: i < ups -> takeUp(i, false); i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < downs -> takeDown(i); i++
		:: else -> break
		od;
		/* Where nothing is left to send, the gap is told with the next record. */
		assert(log[epoch].through == last || oldest > last);
		assert(acked == log[epoch].through);
		n = 1;
		do
		:: n <= log[epoch].through -> assert(log[epoch].logged[n] || log[epoch].missed[n]); n++
		:: else -> break
		od
	}
}

init {
	run World()
}
