// SPDX-License-Identifier: Apache-2.0

// Checks evidence and nodes with the code of Go's checksum database, which nobody of this project wrote:
// golang.org/x/mod/sumdb/note and tlog. Added here: cosignature lines, the policy, the file layout, C2SP's paths.
//
//	tools unpacked DIR               what `qinglu evidence unpack` wrote, by its policy.txt
//	tools node URL POLICY [ENTRY]... a log by its tiles (URL/checkpoint, URL/tile/…); these entry files are in it
//
// Exit code: 0 everything holds, 1 something does not, 2 wrong command.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	arguments := os.Args[1:]
	var err error
	switch {
	case len(arguments) == 2 && arguments[0] == "unpacked":
		err = runUnpacked(arguments[1])
	case len(arguments) >= 3 && arguments[0] == "node":
		err = runNode(arguments[1], arguments[2], arguments[3:])
	default:
		fmt.Fprintln(os.Stderr, "usage: tools unpacked DIR | tools node URL POLICY [ENTRY]...")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readPolicy(name string) (*policy, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parsePolicy(string(text))
}

func runUnpacked(dir string) error {
	p, err := readPolicy(filepath.Join(dir, "policy.txt"))
	if err != nil {
		return err
	}
	return checkUnpacked(dir, p)
}

func runNode(url, policyFile string, wanted []string) error {
	p, err := readPolicy(policyFile)
	if err != nil {
		return err
	}
	places, err := checkNode(url, p)
	if err != nil {
		return err
	}
	for _, name := range wanted {
		entry, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		index, ok := places[string(entry)]
		if !ok {
			return fmt.Errorf("%s is not in the log", name)
		}
		fmt.Printf("%s: entry %d\n", filepath.Base(name), index)
	}
	return nil
}
