package campaign

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/delivery"
	"carebell/schedule"
	"carebell/store/sqlite"
)

// Years of a few people's lives in virtual time: series come and go in many zones, are paused,
// resumed and cancelled, people say STOP and come back or block the bot, the platform fails and is
// gone for hours, and the program is started again. What is to happen when is decided by one goroutine
// from the seed; the engine runs around it as it does in production.
func TestYearsOfLives(t *testing.T) {
	days := 60
	if Long() {
		days = 2000
	}
	Rounds(t, fmt.Sprintf("%d virtual days", days), 1, 3, func(t *testing.T, r *Round) {
		path := filepath.Join(t.TempDir(), "carebell.db")
		synctest.Test(t, func(t *testing.T) { newLives(t, r, path).live(days) })
	})
}

// lives is the plan, and what it did to whom.
type lives struct {
	t       *testing.T
	r       *Round
	store   *sqlite.Store
	source  Source
	station *station
	engine  *delivery.Engine
	stop    func()

	people []*life
	made   int
}

// life is one person.
type life struct {
	to      chat.Address
	zone    string
	silent  []span // between STOP and the return
	series  []*planned
	stopped bool
}

// planned is one series.
type planned struct {
	id      string
	rule    schedule.Rule
	since   time.Time
	touched bool // it was paused, cancelled or silenced at some time
	status  schedule.SeriesStatus
	held    []span // while it was paused or cancelled
}

// span is a time without an end as long as till is zero.
type span struct{ from, till time.Time }

func (s span) has(t time.Time) bool { return t.After(s.from) && (s.till.IsZero() || t.Before(s.till)) }

func closeSpan(spans []span) {
	if n := len(spans); n > 0 && spans[n-1].till.IsZero() {
		spans[n-1].till = time.Now()
	}
}

var homes = []string{"Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia", "UTC"}

var habits = []string{
	"RRULE:FREQ=DAILY",
	"RRULE:FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0",
	"RRULE:FREQ=WEEKLY;BYDAY=MO,TH",
	"RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",
	"RRULE:FREQ=HOURLY;INTERVAL=36",
	"RRULE:FREQ=DAILY;COUNT=9",
}

func newLives(t *testing.T, r *Round, path string) *lives {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := &lives{t: t, r: r, store: store, source: SourceOf("sqlite:" + path), station: newStation(r.Seed)}
	for i := range 5 {
		l.people = append(l.people, &life{to: chat.Address{Channel: chat.Telegram, ID: strconv.Itoa(FirstPerson + i)}, zone: homes[r.Random.IntN(len(homes))]})
	}
	return l
}

// start runs the engine as a new process would.
func (l *lives) start() {
	l.engine, l.stop = run(l.t, l.store, map[chat.Channel]delivery.Sender{chat.Telegram: l.station},
		delivery.Config{Heartbeat: 12 * time.Hour, Lease: 24 * time.Hour})
}

func (l *lives) live(days int) {
	l.start()
	for end := time.Now().AddDate(0, 0, days); time.Now().Before(end); {
		<-time.After(time.Duration(l.r.Random.IntN(20*3600)) * time.Second)
		l.event()
	}
	<-time.After(12 * time.Hour)
	synctest.Wait()
	l.stop()
	now := time.Now()
	f, err := l.source.Read(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	if err := l.store.Close(); err != nil {
		l.t.Fatal(err)
	}
	for i, row := range f.Rows {
		if row.Text != "" {
			f.Rows[i].Text = row.ID
		}
	}
	Judge(l.station.calls, f).check(l.t, l.r)
	l.judge(f, now)
	l.r.Add("virtual days", days)
}

// event is one thing that happens.
func (l *lives) event() {
	p := l.people[l.r.Random.IntN(len(l.people))]
	switch n := l.r.Random.IntN(100); {
	case n < 30:
		l.create(p)
	case n < 45:
		l.move(p, schedule.PausedNow, schedule.Active)
	case n < 62:
		l.move(p, schedule.Active, schedule.PausedNow)
	case n < 74:
		l.move(p, schedule.Cancelled, schedule.Active, schedule.PausedNow)
	case n < 80:
		l.silence(p)
	case n < 88:
		l.comeBack(p)
	case n < 92:
		p.zone = homes[l.r.Random.IntN(len(homes))]
		l.turn(p, conversations.Turn{})
	case n < 94:
		l.station.goAway(true)
		<-time.After(time.Duration(l.r.Random.IntN(8*3600)) * time.Second)
		l.station.goAway(false)
		l.r.Add("outages", 1)
	default:
		l.stop()
		l.start()
		l.r.Add("restarts", 1)
	}
}

func (l *lives) turn(p *life, turn conversations.Turn) {
	l.t.Helper()
	turn.Person = conversations.Person{Language: "en", Zone: p.zone, ZoneConfirmed: true, Consent: conversations.ConsentVersion, Stopped: p.stopped}
	commit(l.t, l.store, p.to, turn)
	l.engine.Wake()
	synctest.Wait()
}

func (l *lives) create(p *life) {
	active := slices.DeleteFunc(slices.Clone(p.series), func(s *planned) bool { return s.status != schedule.Active })
	if p.stopped || len(active) >= 3 {
		return
	}
	start := time.Now().UTC().AddDate(0, 0, -1)
	text := fmt.Sprintf("DTSTART;TZID=%s:%sT%02d%02d00\n%s", p.zone, start.Format("20060102"), l.r.Random.IntN(24), l.r.Random.IntN(60),
		habits[l.r.Random.IntN(len(habits))])
	rule, err := schedule.ParseRule(text)
	if err != nil {
		l.t.Fatal(err)
	}
	upcoming := rule.Upcoming(time.Now(), 2)
	l.made++
	s := &planned{id: fmt.Sprintf("01960000-0000-7000-8000-%012d", l.made), rule: rule, since: time.Now(), status: schedule.Active}
	n := conversations.NewSeries{First: upcoming[0], Series: schedule.Series{ID: s.id, Code: "AAAA", Message: Dose(l.made, 0), Template: "reminder",
		Rule: rule, Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}}
	if len(upcoming) > 1 {
		n.Second = upcoming[1].At
	}
	p.series = append(p.series, s)
	l.turn(p, conversations.Turn{Consent: &conversations.Consent{Given: true, Version: conversations.ConsentVersion}, Create: []conversations.NewSeries{n}})
	l.r.Add("series", 1)
}

// move takes one of the person's series from one of those statuses to another.
func (l *lives) move(p *life, to schedule.SeriesStatus, from ...schedule.SeriesStatus) {
	fit := slices.DeleteFunc(slices.Clone(p.series), func(s *planned) bool { return !slices.Contains(from, s.status) })
	if len(fit) == 0 || p.stopped {
		return
	}
	s := fit[l.r.Random.IntN(len(fit))]
	s.touched, s.status = true, to
	l.turn(p, conversations.Turn{Change: []conversations.SeriesChange{{ID: s.id, Status: to, Why: "the person"}}})
	if to == schedule.Active {
		closeSpan(s.held)
	} else if n := len(s.held); n == 0 || !s.held[n-1].till.IsZero() {
		s.held = append(s.held, span{from: time.Now()})
	}
	l.r.Add("moves", 1)
}

// silence is STOP, as the conversation does it.
func (l *lives) silence(p *life) {
	if p.stopped {
		return
	}
	p.stopped = true
	turn := conversations.Turn{Consent: &conversations.Consent{Given: false, Version: conversations.ConsentVersion}}
	for _, s := range p.series {
		s.touched = true
		if s.status == schedule.Active {
			turn.Change = append(turn.Change, conversations.SeriesChange{ID: s.id, Status: schedule.PausedNow, Why: "stopped"})
			s.status = schedule.PausedNow
			s.held = append(s.held, span{from: time.Now()})
		}
	}
	l.turn(p, turn)
	p.silent = append(p.silent, span{from: time.Now()})
	l.r.Add("STOPs", 1)
}

// comeBack is START, or the return of one that had blocked the bot.
func (l *lives) comeBack(p *life) {
	if !p.stopped && !l.station.hasBlocked(p.to.ID) {
		return
	}
	reachable := ""
	closeSpan(p.silent)
	turn := conversations.Turn{Reach: &reachable}
	if p.stopped {
		turn.Consent = &conversations.Consent{Given: true, Version: conversations.ConsentVersion}
	}
	p.stopped = false
	for _, s := range p.series {
		s.touched = true // a block may have paused it
		if s.status != schedule.Cancelled {
			turn.Change = append(turn.Change, conversations.SeriesChange{ID: s.id, Status: schedule.Active})
			s.status = schedule.Active
			closeSpan(s.held)
		}
	}
	l.turn(p, turn)
	l.r.Add("returns", 1)
}

// judge checks what only the plan knows: nothing before its time or after its window, nothing to
// whom it was not to go to any more, every slot of a series that nobody touched, and nothing stuck.
func (l *lives) judge(f Facts, now time.Time) {
	bySeries := map[string][]Row{}
	for _, row := range f.Rows {
		bySeries[row.Series] = append(bySeries[row.Series], row)
		if row.Text == "" {
			continue
		}
		for _, c := range l.station.calls[row.ID] {
			if late := c.At.Sub(row.Due); late < 0 || late > row.Window+time.Second {
				l.t.Errorf("%s was asked for %s late; its window is %s", row.ID, late, row.Window)
			}
		}
		if row.Open && now.Sub(row.Due) > row.Window+time.Hour {
			l.t.Errorf("%s (%s) is stuck since %s", row.ID, row.Status, row.Due)
		}
	}
	for _, p := range l.people {
		blocked := slices.ContainsFunc(f.Rows, func(r Row) bool { return r.Status == delivery.Failed && l.station.to[r.ID] == p.to.ID })
		for id, calls := range l.station.calls {
			for _, c := range calls {
				if l.station.to[id] == p.to.ID && slices.ContainsFunc(p.silent, func(s span) bool { return s.has(c.At) }) {
					l.t.Errorf("%s was said at %s, after STOP", id, c.At)
				}
			}
		}
		for _, s := range p.series {
			rows := bySeries[s.id]
			for _, row := range rows {
				for _, c := range l.station.calls[row.ID] {
					if slices.ContainsFunc(s.held, func(h span) bool { return h.has(c.At) }) {
						l.t.Errorf("%s was said at %s, while its series was held back", row.ID, c.At)
					}
				}
			}
			if s.touched || blocked {
				continue
			}
			want, made := 0, 0
			for at := s.since; ; want++ {
				next, ok := s.rule.Next(at)
				if !ok || next.At.After(now) {
					break
				}
				at = next.At
			}
			for _, row := range rows {
				if !row.Due.After(now) {
					made++
				}
			}
			if made != want {
				l.t.Errorf("%s: %d slots were made, the rule has %d: %s", s.id, made, want, strings.ReplaceAll(s.rule.String(), "\n", " "))
			}
			l.r.Add("slots of untouched series", want)
		}
	}
}
