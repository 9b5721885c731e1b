package campaign

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"carebell/bot"
	"carebell/chat"
	"carebell/conversations"
	"carebell/internal/faketelegram"
	"carebell/schedule"
)

// FirstPerson is the number of the first person that Doses makes.
const FirstPerson = 1000

// Dose names one message of one person; it is the text that its person reads.
func Dose(person, n int) string { return fmt.Sprintf("dose-%d-%d.", person, n) }

// Doses makes people, each with so many reminders; due tells when each is to come. The store is one
// that nobody else has open.
func Doses(t *testing.T, store bot.Store, api *faketelegram.Server, people, each int, due func(person, n int) time.Time) {
	t.Helper()
	for i := range people {
		api.Person(int64(FirstPerson+i), "P", "en").Start("")
		var series []conversations.NewSeries
		for n := range each {
			at := due(i, n)
			series = append(series, conversations.NewSeries{
				First: schedule.Occurrence{At: at, Slot: "once"},
				Series: schedule.Series{ID: fmt.Sprintf("01960000-0000-7000-8000-%06d%06d", i, n), Code: "AAAA", Message: Dose(i, n), Template: "reminder",
					Rule: schedule.Once(at, time.UTC), Status: schedule.Active, Version: 1, MaxLateness: 2 * time.Hour}})
		}
		commit(t, store, Address(i), conversations.Turn{Create: series})
	}
}

// Address is where a person of Doses is reached.
func Address(person int) chat.Address {
	return chat.Address{Channel: chat.Telegram, ID: strconv.Itoa(FirstPerson + person)}
}

// commit saves a turn of that person, as the bot would.
func commit(t *testing.T, store bot.Store, from chat.Address, turn conversations.Turn) {
	t.Helper()
	if turn.Person.Zone == "" {
		turn.Person = conversations.Person{Language: "en", Zone: "UTC", ZoneConfirmed: true, Consent: conversations.ConsentVersion}
		turn.Consent = &conversations.Consent{Given: true, Version: conversations.ConsentVersion}
	}
	if err := store.Receive(t.Context(), chat.Update{ID: fmt.Sprint("seed", rand.Uint64()), Kind: chat.Text, From: from}); err != nil { // #nosec G404 -- only to be another id each time
		t.Fatal(err)
	}
	waiting, err := store.Waiting(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Commit(t.Context(), waiting[0], turn); err != nil {
		t.Fatal(err)
	}
}
