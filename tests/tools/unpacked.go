// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// checkUnpacked checks what `qinglu evidence unpack` wrote: the head by the policy, each older tree as a prefix of
// it, and each entry in one of these trees.
func checkUnpacked(dir string, p *policy) error {
	checkpoint, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	head, err := p.open(checkpoint)
	if err != nil {
		return fmt.Errorf("checkpoint: %v", err)
	}
	fmt.Printf("checkpoint %d: a log and the quorum signed\n", head.N)
	trees, err := prefixes(dir, p, head)
	if err != nil {
		return err
	}
	proofs, err := filepath.Glob(filepath.Join(dir, "*.tlog-proof"))
	if err != nil || len(proofs) == 0 {
		return fmt.Errorf("no *.tlog-proof in %s", dir)
	}
	for _, name := range proofs {
		if err := checkEntry(name, p, trees); err != nil {
			return fmt.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
	return nil
}

// prefixes returns the head and every tree that the *.add-checkpoint files (C2SP tlog-witness) lead from it to.
func prefixes(dir string, p *policy, head tlog.Tree) (map[tlog.Tree]bool, error) {
	trees := map[tlog.Tree]bool{head: true}
	left, err := filepath.Glob(filepath.Join(dir, "*.add-checkpoint"))
	for len(left) > 0 && err == nil {
		var later []string
		for _, name := range left {
			older, newer, proof, err := readAddCheckpoint(name, p)
			if err != nil {
				return nil, fmt.Errorf("%s: %v", filepath.Base(name), err)
			}
			if !trees[newer] {
				later = append(later, name)
				continue
			}
			if err := tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash); err != nil {
				return nil, fmt.Errorf("%s: %v", filepath.Base(name), err)
			}
			trees[older] = true
			fmt.Printf("%s: the first %d of %d\n", filepath.Base(name), older.N, newer.N)
		}
		if len(later) == len(left) {
			return nil, fmt.Errorf("%s: leads to no known tree", filepath.Base(later[0]))
		}
		left = later
	}
	return trees, err
}

func readAddCheckpoint(name string, p *policy) (older, newer tlog.Tree, proof tlog.TreeProof, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return
	}
	head, hashes, rest, err := split(text)
	if err != nil {
		return
	}
	before, err := os.ReadFile(strings.TrimSuffix(name, ".add-checkpoint") + ".checkpoint")
	if err != nil {
		return
	}
	if older, err = p.tree(before); err != nil {
		return
	}
	if len(head) != 1 || head[0] != fmt.Sprintf("old %d", older.N) {
		err = fmt.Errorf("not of the older tree: %q", head)
		return
	}
	newer, err = p.tree(rest)
	return older, newer, hashes, err
}

func checkEntry(name string, p *policy, trees map[tlog.Tree]bool) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(strings.TrimSuffix(name, ".tlog-proof") + ".json")
	if err != nil {
		return err
	}
	head, path, checkpoint, err := split(text)
	if err != nil {
		return err
	}
	if len(head) != 2 || head[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(head[1], "index ") {
		return fmt.Errorf("no tlog-proof@v1")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(head[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	tree, err := p.tree(checkpoint)
	if err != nil {
		return err
	}
	if !trees[tree] {
		return fmt.Errorf("its tree of %d is neither the head nor shown to be a prefix of it", tree.N)
	}
	if err := tlog.CheckRecord(tlog.RecordProof(path), tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Printf("%s: entry %d of %d\n", filepath.Base(name), index, tree.N)
	return nil
}

// split takes a proof of C2SP apart: lines of words, lines of hashes, and after an empty line a checkpoint.
func split(text []byte) (words []string, hashes []tlog.Hash, checkpoint []byte, err error) {
	empty := bytes.Index(text, []byte("\n\n"))
	if empty < 0 {
		return nil, nil, nil, fmt.Errorf("no empty line")
	}
	for _, line := range strings.Split(string(text[:empty]), "\n") {
		hash, bad := tlog.ParseHash(line)
		if bad == nil {
			hashes = append(hashes, hash)
		} else if len(hashes) == 0 {
			words = append(words, line)
		} else {
			return nil, nil, nil, fmt.Errorf("no hash: %q", line)
		}
	}
	return words, hashes, text[empty+2:], nil
}
