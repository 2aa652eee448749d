/* SPDX-License-Identifier: Apache-2.0
 *
 * The vote rules of the agreement as statements, in any order, any member, any view: whatever a network,
 * timers and crashes with durable votes can bring about is among these orders. Four members; votes of
 * liars are always to be had, for anything. Every leader may equivocate: two candidates a view, each with
 * any parent that the certificates justify.
 *
 * Compile-time choices:
 *   VIEWS        views that are explored
 *   LIARS        1 (safety) or 2 (accountability: a fork must show contradictory
 *                certificates of one view, and no honest member among the signers of both)
 *   MUTANT       0 none; planted errors that the checks must find, see below
 */
#ifndef VIEWS
#define VIEWS 2
#endif
#ifndef LIARS
#define LIARS 1
#endif
#ifndef MUTANT
#define MUTANT 0
#endif
#define HONEST (4 - LIARS)
/* honest votes that a certificate needs beside the liars': q = 3 of 4 */
#if MUTANT == 5
#define NEED (2 - LIARS)   /* a quorum of two */
#else
#define NEED (3 - LIARS)
#endif
#define NONE 0
#define NULLIFIED 3        /* fate: 1, 2 = finalized that candidate */

#define AT(h, v) ((h) * VIEWS + (v) - 1)
#define C(v, b) (((v) - 1) * 2 + (b) - 1)

byte notar[HONEST * VIEWS];      /* candidate that a member has notarized in a view */
byte fate[HONEST * VIEWS];       /* its nullify or finalize */
#if MUTANT == 1
bool nulled[HONEST * VIEWS];     /* V2 taken out: nullify and finalize are apart */
#endif
bool known[VIEWS * 2];           /* candidate (v, b) has been notarized by somebody honest */
byte parent_view[VIEWS * 2];
byte parent_label[VIEWS * 2];
byte forgotten = 0;              /* amnesia: members that lost their votes */

byte votes_n[VIEWS * 2];         /* honest notarizations of a candidate */
byte votes_f[VIEWS * 2];
byte votes_0[VIEWS];             /* honest nullifications of a view */

#define notarized(v, b) (votes_n[C(v, b)] >= NEED)
#define finalized(v, b) (votes_f[C(v, b)] >= NEED)
#define nullified(v) (votes_0[(v) - 1] >= NEED)

byte i, j, a, b, w, x, y, z;
bool met, shown, honest_named, gap_open;

/* Accountability. The signers of two contradictory certificates of view i, finalization (i, a) and the
 * notarization of x or the nullification, overlap in two members of four whoever they are. The liars are
 * named rightly exactly if no honest member has signed both. */
inline accuse(other) {
  z = 0;
  do
  :: z >= HONEST -> break
  :: else ->
       if
#if MUTANT == 1
       :: fate[AT(z, i)] == a && other == NULLIFIED && nulled[AT(z, i)] -> honest_named = true
#endif
       :: fate[AT(z, i)] == a && other != NULLIFIED && notar[AT(z, i)] == other -> honest_named = true
       :: else -> skip
       fi;
       z++
  od;
  z = 0
}

/* Two finalized candidates (i, a), (j, b) with i <= j: the later one's chain must pass the earlier one. */
inline walk() {
  w = j; x = b; met = false; shown = false; honest_named = false;
  do
  :: w < i -> break
  :: w == i ->
       met = (x == a);
       /* another candidate of view i on the chain: its certificate contradicts the finalization */
       if
       :: !met && (j == i || notarized(i, x)) -> shown = true; accuse(x)
       :: else -> skip
       fi;
       break
  :: else ->
       y = parent_view[C(w, x)];
       if
       :: y < i ->
            /* the chain skips view i: its justification shows the nullification */
            if
            :: nullified(i) -> shown = true; accuse(NULLIFIED)
            :: else -> skip
            fi
       :: else -> skip
       fi;
       x = parent_label[C(w, x)]; w = y
  od
}

inline check() {
  i = 1;
  do
  :: i > VIEWS -> break
  :: else ->
    a = 1;
    do
    :: a > 2 -> break
    :: else ->
      if
      :: finalized(i, a) ->
        j = i;
        do
        :: j > VIEWS -> break
        :: else ->
          b = 1;
          do
          :: b > 2 -> break
          :: else ->
            if
            :: finalized(j, b) && !(i == j && a == b) ->
              walk();
#if LIARS == 1
              assert(met)
#else
              assert(met || (shown && !honest_named))
#endif
            :: else -> skip
            fi;
            b++
          od;
          j++
        od
      :: else -> skip
      fi;
      a++
    od;
    i++
  od;
  i = 0; j = 0; a = 0; b = 0; w = 0; x = 0; y = 0; met = false; shown = false; honest_named = false
}

/* Whether all views strictly between p and v are nullified. */
inline gap(p, v) {
  gap_open = false; w = p + 1;
  do
  :: w >= v -> break
  :: else ->
#if MUTANT != 4                /* 4: skipped views need no nullification */
    if
    :: !nullified(w) -> gap_open = true
    :: else -> skip
    fi;
#endif
    w++
  od;
  w = 0
}

byte h, v, p, l, c;

active proctype members() {
  do
  :: /* notarize (v, c), V1, V4 */
     atomic {
       select(h : 0 .. (HONEST - 1)); select(v : 1 .. VIEWS); select(c : 1 .. 2);
       if
#if MUTANT == 2                /* V1 taken out: a member notarizes both */
       :: notar[AT(h, v)] != c ->
#else
       :: notar[AT(h, v)] == NONE ->
#endif
          if
          :: known[C(v, c)] -> skip
          :: !known[C(v, c)] ->
             select(p : 0 .. (VIEWS - 1)); select(l : 1 .. 2);
             if
             :: p >= v -> goto out
             :: p == 0 && l == 2 -> goto out
             :: p > 0 && p < v && !notarized(p, l) -> goto out
             :: else -> skip
             fi;
             gap(p, v);
             if
             :: gap_open -> goto out
             :: else -> skip
             fi;
             known[C(v, c)] = true; parent_view[C(v, c)] = p; parent_label[C(v, c)] = l
          fi;
          notar[AT(h, v)] = c; votes_n[C(v, c)]++;
          check()
       :: else -> skip
       fi;
out:   h = 0; v = 0; p = 0; l = 0; c = 0; gap_open = false
     }
  :: /* nullify v, V2 */
     atomic {
       select(h : 0 .. (HONEST - 1)); select(v : 1 .. VIEWS);
       if
#if MUTANT == 1
       :: !nulled[AT(h, v)] -> nulled[AT(h, v)] = true; votes_0[v - 1]++; check()
#else
       :: fate[AT(h, v)] == NONE -> fate[AT(h, v)] = NULLIFIED; votes_0[v - 1]++; check()
#endif
       :: else -> skip
       fi;
       h = 0; v = 0
     }
  :: /* finalize (v, c), V2, V3 */
     atomic {
       select(h : 0 .. (HONEST - 1)); select(v : 1 .. VIEWS); select(c : 1 .. 2);
       if
#if MUTANT == 3                /* V3 taken out: without a notarization, whatever it notarized itself */
       :: fate[AT(h, v)] == NONE && known[C(v, c)] ->
#else
       :: fate[AT(h, v)] == NONE && notarized(v, c) && notar[AT(h, v)] == c ->
#endif
          fate[AT(h, v)] = c; votes_f[C(v, c)]++; check()
       :: else -> skip
       fi;
       h = 0; v = 0; c = 0
     }
#if MUTANT == 6                /* one member forgets what it voted: no sync before the vote */
  :: atomic {
       forgotten == 0 -> forgotten = 1;
       v = 1;
       do
       :: v > VIEWS -> break
       :: else -> notar[AT(0, v)] = NONE; fate[AT(0, v)] = NONE; v++
       od;
       v = 0
     }
#endif
  od
}
