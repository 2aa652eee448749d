/* SPDX-License-Identifier: Apache-2.0
 *
 * A member that has lost its record of votes asks all others for the highest view that they can show
 * certified, and votes again above m + UNSEEN only. Is it above everything that it has voted in?
 *
 * Four members: 0 loses its disk once, at any moment; 1 and 2 are honest and crash at any moment, back
 * to what is durable; 3 is a liar that signs everything and answers nothing certified. A certificate of
 * a view needs two honest votes beside the liar's. Whether a vote is Notarize, Nullify or Finalize does
 * not matter here: whoever voted at all in a view may contradict itself there.
 *
 * Compile-time choices: VIEWS; UNSEEN (2); MUTANT
 *   1  a view is voted in before it is entered: R4 keeps no early proposal
 *   2  a vote leaves before the certificate that led to its view is durable
 */
#ifndef VIEWS
#define VIEWS 5
#endif
#ifndef UNSEEN
#define UNSEEN 2
#endif
#ifndef MUTANT
#define MUTANT 0
#endif
#define AT(h, v) ((h) * (VIEWS + 1) + (v))

bool voted[3 * (VIEWS + 1)];
byte held[3];       /* highest certified view that a member knows */
byte durable[3];    /* the same after a crash */
bool lost;          /* member 0 has lost its disk */
byte answers;       /* who has answered: bits 1 and 2 */
byte highest;       /* m so far */

byte h, v, n;

active proctype members() {
  do
  :: atomic {       /* a certificate reaches a member, or is counted by it */
       select(h : 0 .. 2); select(v : 1 .. VIEWS);
       n = 0;
       if :: voted[AT(0, v)] -> n++ :: else -> skip fi;
       if :: voted[AT(1, v)] -> n++ :: else -> skip fi;
       if :: voted[AT(2, v)] -> n++ :: else -> skip fi;
       if :: n >= 2 && held[h] < v -> held[h] = v :: else -> skip fi;
       h = 0; v = 0; n = 0
     }
  :: atomic {       /* a vote, in the present view or late in one before */
       select(h : 0 .. 2); select(v : 1 .. VIEWS);
       if
#if MUTANT == 1
       :: v <= held[h] + 2 && !(h == 0 && lost) ->
#else
       :: v <= held[h] + 1 && !(h == 0 && lost) ->
#endif
            voted[AT(h, v)] = true;
#if MUTANT != 2
            durable[h] = held[h]
#else
            skip
#endif
       :: else -> skip
       fi;
       h = 0; v = 0
     }
  :: atomic { select(h : 1 .. 2); held[h] = durable[h]; h = 0 }
  :: atomic { !lost -> lost = true; held[0] = 0; durable[0] = 0 }
  :: atomic {       /* an answer; with both, and the liar's, the bound is known */
       lost ->
       select(h : 1 .. 2);
       answers = answers | h;
       if :: held[h] > highest -> highest = held[h] :: else -> skip fi;
       if
       :: answers == 3 ->
            v = 1;
            do
            :: v > VIEWS -> break
            :: else -> assert(!voted[AT(0, v)] || v <= highest + UNSEEN); v++
            od
       :: else -> skip
       fi;
       h = 0; v = 0
     }
  od
}
