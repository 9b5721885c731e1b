package conversations_test

import (
	"strings"
	"testing"
	"time"

	"carebell/conversations"
)

// An amount that is said changes the message, and a time the time: "9 Uhr" is never how much is taken.
func TestAmountOrTime(t *testing.T) {
	flows := newFlows(t)
	now := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	for _, c := range []struct{ lang, message, text, want string }{
		{"en", "aspirin 100 mg", "make it 10 pm", "aspirin 100 mg, 22:00"}, {"en", "aspirin 100 mg", "make it 500 mg", "aspirin 500 mg, 09:00"},
		{"es", "aspirina 100 mg", "mejor a las 10 h", "aspirina 100 mg, 10:00"}, {"es", "aspirina 100 mg", "solo 500 mg", "aspirina 500 mg, 09:00"},
		{"pt", "losartana 50 mg", "melhor às 10h", "losartana 50 mg, 10:00"}, {"pt", "losartana 50 mg", "só 25 mg", "losartana 25 mg, 09:00"},
		{"de", "Aspirin 100 mg", "lieber 10 Uhr", "Aspirin 100 mg, 10:00"}, {"de", "Aspirin 100 mg", "nur 50 mg", "Aspirin 50 mg, 09:00"},
		{"fr", "doliprane 500 mg", "plutôt 10h", "doliprane 500 mg, 10:00"}, {"fr", "doliprane 500 mg", "seulement 250 mg", "doliprane 250 mg, 09:00"},
		{"ru", "аспирин 100 мг", "лучше в 9:30.", "аспирин 100 мг, 09:30"}, {"ru", "аспирин 100 мг", "только 50 мг", "аспирин 50 мг, 09:00"},
		{"ar", "أسبرين 100 ملغ", "اجعله الساعة ١٠:٣٠", "أسبرين 100 ملغ, 10:30"}, {"ar", "أسبرين ١٠٠ ملغ", "فقط ٥٠ ملغ", "أسبرين ٥٠ ملغ, 09:00"},
		{"hi", "एस्पिरिन 100 मिग्रा", "इसे ९:३० बजे कर दो।", "एस्पिरिन 100 मिग्रा, 09:30"}, {"hi", "एस्पिरिन 100 मिग्रा", "केवल ५० मिग्रा", "एस्पिरिन ५० मिग्रा, 09:00"},
		{"zh", "吃阿司匹林100毫克", "改成9点半", "吃阿司匹林100毫克, 09:30"}, {"zh", "吃阿司匹林100毫克", "改成50毫克", "吃阿司匹林50毫克, 09:00"},
	} {
		card := conversations.Draft{ID: "AAAAAAAAAA", Owner: "p", Kind: conversations.KindSchedule, Step: conversations.StepCard,
			Status: conversations.DraftOpen, Version: 1, ExpiresAt: now.Add(time.Hour),
			Data: conversations.Data{Text: c.message, Message: c.message, SaidAt: now, Template: "medication_reminder",
				Rule: "DTSTART;TZID=UTC:20260302T090000\nRRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0"}}
		turn := flows.Step(conversations.State{Person: somebody(c.lang), Open: []conversations.Draft{card}}, textAt(c.text, now), now)
		message, clock, _ := strings.Cut(c.want, ", ")
		shown := false
		for _, r := range turn.Replies {
			shown = shown || strings.Contains(r.Message.Text, message) && strings.Contains(r.Message.Text, clock)
		}
		if !shown {
			t.Errorf("%s: %q does not give %q but %+v", c.lang, c.text, c.want, turn.Replies)
		}
	}
}
