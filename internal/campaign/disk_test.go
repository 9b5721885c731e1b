package campaign

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"carebell/internal/faketelegram"
)

// A database that takes nothing more, or nothing at all, while messages are due: nothing is sent that
// is not recorded, the log says clearly what is wrong, and it goes on by itself.
func TestDatabaseRefusesToWrite(t *testing.T) {
	beside(t)
	for name, c := range map[string]struct {
		database     string
		refuse, mend func(*testing.T, *site, *Process)
		says         string
	}{
		"PostgreSQL full": {"PostgreSQL",
			statement(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END$$;
				CREATE TRIGGER full_disk BEFORE INSERT ON delivery_attempts EXECUTE FUNCTION full_disk()`),
			statement("DROP FUNCTION full_disk CASCADE"), "53100"},
		"PostgreSQL read-only": {"PostgreSQL", readOnly("on"), readOnly("off"), "read-only"},
		"SQLite full":          {"SQLite", func(t *testing.T, s *site, p *Process) { limitFiles(t, p, s.fileSize()) }, unlimitFiles, "disk"},
		"SQLite read-only":     {"SQLite", func(t *testing.T, _ *site, p *Process) { limitFiles(t, p, 1) }, unlimitFiles, "disk"},
	} {
		t.Run(strings.ReplaceAll(name, " ", ""), func(t *testing.T) {
			if c.database == "SQLite" && runtime.GOOS != "linux" {
				t.Skip("only Linux can limit the files of another process")
			}
			Rounds(t, name, 1, 5, func(t *testing.T, r *Round) {
				const people, each = 20, 3
				s := newSite(t, c.database, 25)
				s.doses(people, each, nil)
				p := s.process()
				p.Start()
				before := 2 + r.Random.IntN(10)
				s.until(p, "messages before it refuses", func(l faketelegram.Ledger) bool { return len(l.Sent()) >= before })
				c.refuse(t, s, p)
				refusedAt := time.Now()
				s.logs(p, c.says)
				<-time.After(time.Duration(r.Random.Int64N(int64(2 * time.Second))))
				sent := len(s.api.Ledger().Of("sendMessage"))
				if sent >= people*each {
					t.Fatal("all was sent before it refused")
				}
				c.mend(t, s, p)
				mended := time.Now()
				s.until(p, "messages after it was mended", func(l faketelegram.Ledger) bool { return len(l.Of("sendMessage")) > sent })
				r.Took("mended to first send", time.Since(mended))
				s.judge(r, p)
				// What an intent had been committed for may still have left, and nothing else.
				during := 0
				for _, e := range s.api.Ledger().Of("sendMessage") {
					if e.At.After(refusedAt.Add(onTheWire)) && e.At.Before(mended) {
						during++
					}
				}
				if during > workers {
					t.Errorf("%d requests while nothing could be recorded, more than there are workers", during)
				}
				r.Add("requests while it refused", during)
				p.Terminate()
			})
		})
	}
}

func statement(sql string) func(*testing.T, *site, *Process) {
	return func(t *testing.T, s *site, _ *Process) {
		t.Helper()
		if err := s.source.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// readOnly makes every new transaction of the database read-only, of connections that are open too.
func readOnly(state string) func(*testing.T, *site, *Process) {
	return statement(`DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ` + state + `', current_database()); END$$;
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
}

// fileSize is the size of the biggest file of a SQLite database.
func (s *site) fileSize() uint64 {
	s.t.Helper()
	path := strings.TrimPrefix(s.setting, "CAREBELL_DATABASE_URL=sqlite:")
	size := int64(0)
	for _, end := range []string{"", "-wal"} {
		info, err := os.Stat(path + end)
		if err != nil {
			s.t.Fatal(err)
		}
		size = max(size, info.Size())
	}
	return uint64(size)
}

// logs waits until the process says it.
func (s *site) logs(p *Process, word string) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(p.Output(), word); <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the log never says %q:\n%s", word, tail(p.Output()))
		}
	}
}
