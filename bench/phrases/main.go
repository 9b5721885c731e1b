// Command phrases measures how phrases are understood: carebell beside chrono-node, rrule.js and
// when, over TSV files of expectations, and prints Markdown tables. From the folder bench:
//
//	go run ./phrases                      the corpus of the repository
//	go run ./phrases file.tsv …           phrases of one's own
//	go run ./phrases -wrong file.tsv …    also every row that carebell gets wrong
//
// It installs the npm peers by itself; they and their numbers are left out without Node.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	wrong := flag.Bool("wrong", false, "list every row that carebell gets wrong")
	peers := flag.Bool("peers", true, "measure the peers too")
	flag.Parse()
	if err := run(flag.Args(), *wrong, *peers); err != nil {
		fmt.Fprintln(os.Stderr, "phrases:", err)
		os.Exit(1)
	}
}

func run(files []string, wrong, peers bool) error {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob("../nlp/testdata/corpus/*.tsv"); err != nil {
			return err
		}
	}
	var rows []row
	for _, file := range files {
		more, err := readRows(file)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	tools := []tool{carebell()}
	if peers {
		tools = append(tools, whenPeer())
		node, err := nodePeers(rows)
		if err != nil {
			fmt.Fprintln(os.Stderr, "phrases: the npm peers are left out:", err)
		}
		tools = append(tools, node...)
	}
	report(os.Stdout, rows, tools)
	if wrong {
		listWrong(os.Stdout, rows, tools[0])
	}
	return nil
}
