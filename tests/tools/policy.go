// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// policy is a C2SP tlog-policy: who must have signed a checkpoint.
type policy struct {
	logs, keys []note.Verifier          // keys: of logs and witnesses
	witnesses  map[string]note.Verifier // by the name that the policy gives
	groups     map[string]group
	quorum     string
}

type group struct {
	threshold int
	members   []string
}

// cosigner verifies lines of a cosignature/v1 key (type 0x04), which sumdb/note does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	return ed25519.Verify(c.key, append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", time)), text...), sig[8:])
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("no vkey: %s", vkey)
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return nil, fmt.Errorf("no key of type 0x04: %s", vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if uint32(id) != binary.BigEndian.Uint32(sum[:]) {
		return nil, fmt.Errorf("key id is not that of the key: %s", vkey)
	}
	return &cosigner{parts[0], uint32(id), key[1:]}, nil
}

func parsePolicy(text string) (*policy, error) {
	p := &policy{witnesses: map[string]note.Verifier{}, groups: map[string]group{}}
	for _, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case words[0] == "log" && len(words) >= 2:
			key, err := note.NewVerifier(words[1])
			if err != nil {
				return nil, fmt.Errorf("%s: %v", words[1], err)
			}
			p.logs, p.keys = append(p.logs, key), append(p.keys, key)
		case words[0] == "witness" && len(words) >= 3 && !p.has(words[1]):
			key, err := newCosigner(words[2])
			if err != nil {
				return nil, err
			}
			p.witnesses[words[1]], p.keys = key, append(p.keys, key)
		case words[0] == "group" && len(words) >= 4 && !p.has(words[1]):
			g := group{members: words[3:]}
			for _, member := range g.members {
				if !p.has(member) {
					return nil, fmt.Errorf("group %s before its member %s", words[1], member)
				}
			}
			switch words[2] {
			case "any":
				g.threshold = 1
			case "all":
				g.threshold = len(g.members)
			default:
				n, err := strconv.Atoi(words[2])
				if err != nil || n < 1 || n > len(g.members) {
					return nil, fmt.Errorf("no threshold: %s", line)
				}
				g.threshold = n
			}
			p.groups[words[1]] = g
		case words[0] == "quorum" && len(words) == 2 && p.quorum == "" && p.has(words[1]):
			p.quorum = words[1]
		default:
			return nil, fmt.Errorf("no line of a policy: %q", line)
		}
	}
	if len(p.logs) == 0 || p.quorum == "" {
		return nil, fmt.Errorf("the policy asks for no log or no quorum")
	}
	return p, nil
}

func (p *policy) has(name string) bool {
	_, witness := p.witnesses[name]
	_, group := p.groups[name]
	return witness || group
}

// holds tells whether a witness signed, or enough members of a group.
func (p *policy) holds(name string, signed map[note.Verifier]bool) bool {
	if witness, ok := p.witnesses[name]; ok {
		return signed[witness]
	}
	count := 0
	for _, member := range p.groups[name].members {
		if p.holds(member, signed) {
			count++
		}
	}
	return count >= p.groups[name].threshold
}

// open returns the tree of a checkpoint that a log and the quorum signed. No line of a known key may fail.
func (p *policy) open(checkpoint []byte) (tlog.Tree, error) {
	opened, err := note.Open(checkpoint, note.VerifierList(p.keys...))
	if err != nil {
		return tlog.Tree{}, err
	}
	signed := map[note.Verifier]bool{}
	for _, sig := range opened.Sigs {
		for _, key := range p.keys {
			if key.Name() == sig.Name && key.KeyHash() == sig.Hash {
				signed[key] = true
			}
		}
	}
	origin := opened.Text[:strings.Index(opened.Text, "\n")]
	byLog := false
	for _, log := range p.logs {
		byLog = byLog || signed[log] && log.Name() == origin
	}
	if !byLog {
		return tlog.Tree{}, fmt.Errorf("no log of the policy signed the checkpoint")
	}
	if !p.holds(p.quorum, signed) {
		return tlog.Tree{}, fmt.Errorf("the quorum did not sign the checkpoint")
	}
	return parseTree(checkpoint)
}

// tree returns the tree of a checkpoint of which nobody's signature is asked; but no line of a known key may fail.
func (p *policy) tree(checkpoint []byte) (tlog.Tree, error) {
	_, err := note.Open(checkpoint, note.VerifierList(p.keys...))
	if _, unknown := err.(*note.UnverifiedNoteError); err != nil && !unknown {
		return tlog.Tree{}, err
	}
	return parseTree(checkpoint)
}

// parseTree reads size and root of a checkpoint (C2SP tlog-checkpoint), whoever signed it.
func parseTree(checkpoint []byte) (tlog.Tree, error) {
	lines := bytes.SplitN(checkpoint, []byte("\n"), 4)
	if len(lines) != 4 {
		return tlog.Tree{}, fmt.Errorf("no checkpoint")
	}
	size, err := strconv.ParseInt(string(lines[1]), 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != string(lines[1]) {
		return tlog.Tree{}, fmt.Errorf("no size: %q", lines[1])
	}
	root, err := tlog.ParseHash(string(lines[2]))
	return tlog.Tree{N: size, Hash: root}, err
}
