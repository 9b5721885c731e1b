package campaign

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The variables that choose what runs.
const (
	faultsVariable   = "CAREBELL_TEST_FAULTS"
	seedVariable     = "CAREBELL_TEST_SEED"
	progressVariable = "CAREBELL_TEST_PROGRESS"
)

// Long reports whether the long form was asked for.
func Long() bool { return os.Getenv(faultsVariable) == "long" }

// beside lets a line that mostly waits run beside the others of its kind, after those that do not. In
// the long form each runs by itself, so that its figures are its own.
func beside(t *testing.T) {
	if !Long() {
		t.Parallel()
	}
}

// Round is one run of a line with a seed of its own, and what was counted in it.
type Round struct {
	Line   string               `json:"line"`
	Number int                  `json:"round"`
	Seed   uint64               `json:"seed"`
	Counts map[string]int       `json:"counts"`
	Times  map[string][]float64 `json:"times"` // milliseconds

	Random *rand.Rand `json:"-"`
	mu     sync.Mutex
}

// Add counts n more of name.
func (r *Round) Add(name string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Counts[name] += n
}

// Took notes one duration.
func (r *Round) Took(name string, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Times[name] = append(r.Times[name], float64(d.Microseconds())/1000)
}

// lastRound is how much of a test's time must be left for another round to begin.
const lastRound = 3 * time.Minute

// Rounds plays a line: so many rounds in the short form, so many in the long one. It returns the sum
// of them, also of those that the progress file says were finished before. With CAREBELL_TEST_SEED
// the first round has that seed.
func Rounds(t *testing.T, line string, short, long int, play func(t *testing.T, r *Round)) *Round {
	t.Helper()
	count := short
	if Long() {
		count = long
	}
	first := uint64(time.Now().UnixNano()) >> 10 // short enough to type
	if s := os.Getenv(seedVariable); s != "" {
		var err error
		if first, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	done, err := finished(line)
	if err != nil {
		t.Fatal(err)
	}
	sum := newRound(line, count, first)
	for n := range count {
		r, ok := done[n]
		if !ok {
			if deadline, has := t.Deadline(); has && n > 0 && time.Until(deadline) < lastRound {
				t.Fatalf("%s: %d of %d rounds in the time there was; with %s the next run goes on from there", line, n, count, progressVariable)
			}
			r = newRound(line, n, first+uint64(n))
			if !t.Run(fmt.Sprintf("round%d", n), func(t *testing.T) {
				t.Logf("%s: replay with %s=%d", line, seedVariable, r.Seed)
				play(t, r)
			}) {
				t.Fatalf("%s: round %d failed: %s=%d", line, n, seedVariable, r.Seed)
			}
			if err := note(r); err != nil {
				t.Fatal(err)
			}
		}
		for name, c := range r.Counts {
			sum.Counts[name] += c
		}
		for name, times := range r.Times {
			sum.Times[name] = append(sum.Times[name], times...)
		}
	}
	t.Logf("%s: %d rounds from seed %d, %d of them noted before with seeds of their own: %s", line, count, first, len(done), sum)
	return sum
}

func newRound(line string, number int, seed uint64) *Round {
	return &Round{Line: line, Number: number, Seed: seed, Counts: map[string]int{}, Times: map[string][]float64{},
		Random: rand.New(rand.NewPCG(seed, 1))} // #nosec G404 -- it must be possible to play it again
}

// String lists what was counted, and of each duration the median, the 99th percentile and the longest.
func (r *Round) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", r.Counts[name], name))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Times)) {
		parts = append(parts, fmt.Sprintf("%s %.0f/%.0f/%.0f ms (p50/p99/max of %d)", name, r.Quantile(name, .5), r.Quantile(name, .99),
			r.Quantile(name, 1), len(r.Times[name])))
	}
	return strings.Join(parts, ", ")
}

// Quantile is the duration in milliseconds that the share q of those noted did not exceed; 0 for none.
func (r *Round) Quantile(name string, q float64) float64 {
	times := slices.Sorted(slices.Values(r.Times[name]))
	if len(times) == 0 {
		return 0
	}
	return times[min(len(times)-1, int(q*float64(len(times))))]
}

// finished reads the rounds of a line that an earlier run has noted.
func finished(line string) (map[int]*Round, error) {
	done := map[int]*Round{}
	path := os.Getenv(progressVariable)
	if path == "" {
		return done, nil
	}
	text, err := os.ReadFile(path) // #nosec G304 G703 -- the one who runs the tests names it
	if errors.Is(err, fs.ErrNotExist) {
		return done, nil
	}
	if err != nil {
		return nil, err
	}
	for written := range strings.Lines(string(text)) {
		r := &Round{}
		if err := json.Unmarshal([]byte(written), r); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if r.Line == line {
			done[r.Number] = r
		}
	}
	return done, nil
}

// note adds a finished round to the progress file.
func note(r *Round) (err error) {
	path := os.Getenv(progressVariable)
	if path == "" {
		return nil
	}
	written, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) // #nosec G304 G703 -- the one who runs the tests names it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.Write(append(written, '\n'))
	return err
}
