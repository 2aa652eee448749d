// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// tiles reads C2SP tlog-tiles below a URL, for the code of Go's checksum database.
type tiles struct{ url string }

func (t tiles) Height() int                         { return tileHeight }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(wanted))
	for i, tile := range wanted {
		// The checksum database has the height in its paths, C2SP does not.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		var err error
		if read[i], err = get(t.url + "/" + path); err != nil {
			return nil, err
		}
	}
	return read, nil
}

// bundle returns the entries of an entry bundle (tile/entries/…): u16 length and bytes each.
func (t tiles) bundle(n int64, width int) ([][]byte, error) {
	path := tlog.Tile{H: tileHeight, L: -1, N: n, W: width}.Path()
	data, err := get(t.url + "/" + strings.Replace(path, fmt.Sprintf("tile/%d/data/", tileHeight), "tile/entries/", 1))
	var entries [][]byte
	for err == nil && len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("entry bundle %d ends early", n)
		}
		length := int(binary.BigEndian.Uint16(data))
		entries, data = append(entries, data[2:2+length]), data[2+length:]
	}
	if err == nil && len(entries) != width {
		err = fmt.Errorf("entry bundle %d has %d entries, not %d", n, len(entries), width)
	}
	return entries, err
}

// checkNode reads the whole log of a node from its tiles alone: every entry leads to the root that the quorum signed.
// Returns where each entry stands.
func checkNode(url string, p *policy) (map[string]int64, error) {
	checkpoint, err := get(url + "/checkpoint")
	if err != nil {
		return nil, err
	}
	head, err := p.open(checkpoint)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %v", err)
	}
	reader := tlog.TileHashReader(head, tiles{url})
	places := map[string]int64{}
	for first := int64(0); first < head.N; first += 1 << tileHeight {
		width := head.N - first
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		entries, err := tiles{url}.bundle(first>>tileHeight, int(width))
		if err != nil {
			return nil, err
		}
		for i, entry := range entries {
			index := first + int64(i)
			path, err := tlog.ProveRecord(head.N, index, reader)
			if err == nil {
				err = tlog.CheckRecord(path, head.N, head.Hash, index, tlog.RecordHash(entry))
			}
			if err != nil {
				return nil, fmt.Errorf("entry %d: %v", index, err)
			}
			places[string(entry)] = index
		}
	}
	fmt.Printf("%s: %d entries lead to the root that the quorum signed\n", url, head.N)
	return places, nil
}

func get(url string) ([]byte, error) {
	client := http.Client{Timeout: time.Minute}
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 32<<20)) // 256 entries of 64 KiB, and more
}
