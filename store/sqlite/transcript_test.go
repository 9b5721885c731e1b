package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"carebell/bot/webchat"
	"carebell/store/sqlite"
	"carebell/store/storetest"
)

func TestTranscript(t *testing.T) {
	storetest.RunTranscript(t, func(t *testing.T) webchat.Transcript {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "carebell.db"), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s.Transcript()
	})
}
