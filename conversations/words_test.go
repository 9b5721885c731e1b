package conversations_test

import (
	"strings"
	"testing"
	"time"

	"carebell/chat"
	"carebell/conversations"
	"carebell/locales"
)

// marks are what each language puts around a word.
var marks = map[string][]string{
	"en": {"%!", "“%.”", "*%*"}, "es": {"¡%!", "«%»"}, "pt": {"%…", "“%”"}, "de": {"„%“", "%!"}, "fr": {"« % »", "% !"},
	"ru": {"«%».", "— %!"}, "ar": {"%؟", "%،", "%؛ ", "\u200f%!"}, "hi": {"%।", "%॥", "‘%’"}, "zh": {"%！", "%。", "「%」", "《%》？", "%～"},
}

func TestStopWithMarks(t *testing.T) {
	catalogue, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	flows := newFlows(t)
	now := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	for _, lang := range catalogue.Languages() {
		if len(marks[lang]) == 0 {
			t.Errorf("%s: its marks are missing here", lang)
		}
		for _, word := range catalogue.Words(lang, "words_stop") {
			for _, mark := range marks[lang] {
				text := strings.ReplaceAll(mark, "%", word)
				turn := flows.Step(conversations.State{Person: somebody("en")}, textAt(text, now), now)
				if !turn.Person.Stopped {
					t.Errorf("%s: %q does not stop", lang, text)
				}
			}
		}
	}
}

// What a person writes when they have had a dose, and when they have not.
func TestDoseInNaturalWords(t *testing.T) {
	flows := newFlows(t)
	due := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	now := due.Add(30 * time.Minute)
	for _, c := range []struct{ lang, text, want string }{
		{"en", "taken at 9:20", "taken 09:20"}, {"en", "at 9:20 I took it", "taken 09:20"}, {"en", "Taken!", "taken 09:30"},
		{"en", "not taken", "skipped"}, {"en", "not taken at 9:20", "skipped"}, {"en", "I did not take it at 9:20", "skipped"},
		{"en", "never taken at 9:20", ""},
		{"es", "la tomé a las 9:20", "taken 09:20"}, {"es", "a las 9:20 la he tomado", "taken 09:20"},
		{"es", "no la he tomado", "skipped"}, {"es", "no la he tomado a las 9:20", "skipped"}, {"es", "nunca la he tomado a las 9:20", ""},
		{"pt", "às 9h20 tomei", "taken 09:20"}, {"pt", "tomei às 9:20", "taken 09:20"}, {"pt", "não tomei às 9h20", "skipped"},
		{"de", "um 9:20 genommen", "taken 09:20"}, {"de", "genommen um 9.20 Uhr", "taken 09:20"}, {"de", "habe ich um 9:20 genommen", "taken 09:20"},
		{"de", "nicht genommen", "skipped"}, {"de", "nicht um 9:20 genommen", "skipped"}, {"de", "um 9:20 nichts genommen", ""},
		{"fr", "prise à 9h20", "taken 09:20"}, {"fr", "à 9h20 je l’ai prise", "taken 09:20"}, {"fr", "je ne l’ai pas prise à 9h20", "skipped"},
		{"ru", "принял в 9:20", "taken 09:20"}, {"ru", "в 9:20 приняла", "taken 09:20"}, {"ru", "не принял", "skipped"}, {"ru", "в 9:20 не принял", "skipped"},
		{"ar", "أخذته الساعة 9:20", "taken 09:20"}, {"ar", "أخذته الساعة ٩:٢٠", "taken 09:20"}, {"ar", "الساعة ٩:٢٠ أخذته", "taken 09:20"},
		{"ar", "لم آخذه الساعة ٩:٢٠", "skipped"}, {"ar", "ما أخذته", "skipped"},
		{"hi", "9:20 बजे ली", "taken 09:20"}, {"hi", "दवा 9:20 पर ले ली", "taken 09:20"}, {"hi", "९:२० बजे ले ली।", "taken 09:20"},
		{"hi", "9:20 बजे नहीं ली", "skipped"}, {"hi", "ली नहीं", ""},
		{"zh", "9:20吃的", "taken 09:20"}, {"zh", "9点20分吃了", "taken 09:20"}, {"zh", "９：２０吃了。", "taken 09:20"},
		{"zh", "没吃", "skipped"}, {"zh", "9:20没吃", "skipped"}, {"zh", "不是9:20吃的", ""},
	} {
		if got := doseAnswer(flows, c.lang, c.text, due, now); got != c.want {
			t.Errorf("%s: %q answers %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}

// The answer that dose_when suggests is one.
func TestSuggestedDoseAnswer(t *testing.T) {
	catalogue, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	flows := newFlows(t)
	due := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, lang := range catalogue.Languages() {
		text := strings.ReplaceAll(chat.Clean(catalogue.Text(lang, "dose_when", locales.Args{"Clock": "09:20"})), "：", ": ")
		example := text[strings.LastIndex(text, ": ")+2:]
		if got := doseAnswer(flows, lang, example, due, due.Add(30*time.Minute)); got != "taken 09:20" {
			t.Errorf("%s: the suggested %q answers %q", lang, example, got)
		}
	}
}

// Numbers are read in the digits of any script.
func TestDigitsOfAnyScript(t *testing.T) {
	flows := newFlows(t)
	now := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	for _, clock := range []string{"10:30", "١٠:٣٠", "१०:३०", "۱۰:۳۰", "１０：３０", "১০:৩০"} {
		state := conversations.State{Person: somebody("ar"), Open: []conversations.Draft{{ID: "AAAAAAAAAA", Owner: "p",
			Kind: conversations.KindZone, Step: conversations.StepZone, Status: conversations.DraftOpen, Version: 1, ExpiresAt: now.Add(time.Hour)}}}
		state.Person.Zone, state.Person.ZoneConfirmed = "Europe/Madrid", false
		if turn := flows.Step(state, textAt(clock, now), now); !turn.Person.ZoneConfirmed {
			t.Errorf("%q is no time in answer to the question what time it is", clock)
		}
	}
	for _, n := range []string{"2", "٢", "२", "２", "۲", "2.", "２）", "٢؟"} {
		state := conversations.State{Person: somebody("ar"), Open: []conversations.Draft{{ID: "AAAAAAAAAA", Owner: "p",
			Kind: conversations.KindLanguage, Step: conversations.StepAsk, Status: conversations.DraftOpen, Version: 1, ExpiresAt: now.Add(time.Hour),
			Data: conversations.Data{Options: []conversations.Option{{Label: "de"}, {Label: "fr"}}}}}}
		if turn := flows.Step(state, textAt(n, now), now); turn.Person.Language != "fr" {
			t.Errorf("%q chooses %q, want the second", n, turn.Person.Language)
		}
	}
}

func somebody(lang string) conversations.Person {
	return conversations.Person{ID: "p", Language: lang, Consent: conversations.ConsentVersion, Zone: "UTC", ZoneConfirmed: true}
}

func textAt(text string, at time.Time) chat.Update {
	return chat.Update{ID: "1", Kind: chat.Text, Text: text, SentAt: at, MessageID: "m", From: chat.Address{Channel: chat.Telegram, ID: "1"}}
}

// doseAnswer is what a text answers to the one dose that is open: "", "skipped", or "taken" and when.
func doseAnswer(flows *conversations.Flows, lang, text string, due, now time.Time) string {
	dose := conversations.NewDose("AAAAAAAAAA", "p", "o", "s", "medication_reminder", "aspirin",
		conversations.Dose{Due: due, Zone: "UTC", Until: due.Add(6 * time.Hour)}, due)
	turn := flows.Step(conversations.State{Person: somebody(lang), Open: []conversations.Draft{dose}}, textAt(text, now), now)
	if len(turn.Answers) == 0 {
		return ""
	}
	a := turn.Answers[0]
	if a.Answer != conversations.AnswerTaken {
		return a.Answer
	}
	return a.Answer + " " + a.SaidAt.UTC().Format("15:04")
}
