package conversations

import (
	"carebell/chat"
	"carebell/locales"
)

// askConsent is the first question to anybody: nothing is stored for them before they agree, except
// the request that waits for the answer.
func (t *turn) askConsent(d *Draft) {
	d.Step = StepConsent
	m := plain(t.consentText())
	m.Choices = [][]chat.Choice{row(
		d.button(t.words("button_agree", nil), opAgree),
		d.button(t.words("button_read_more", nil), opReadMore),
		d.button(t.words("button_no", nil), opDecline))}
	t.ask(d, m)
}

func (t *turn) consentText() string {
	return t.words("consent_ask", locales.Args{"Service": t.config.Service, "Emergency": t.emergency()})
}

func (t *turn) consented(d *Draft) {
	t.person.Consent, t.person.Stopped = ConsentVersion, false
	t.result.Consent = &Consent{Given: true, Version: ConsentVersion, Language: t.lang, MessageID: t.update.MessageID}
	t.audit("consent_given", ConsentVersion)
	t.edit(d, plain(t.words("consent_thanks", nil)))
	d.Card = ""
	t.advanceAll(d, StepConsent)
}

// advanceAll goes on with a draft, and with every other that waited for the same answer.
func (t *turn) advanceAll(d *Draft, step DraftStep) {
	t.advance(d)
	for i := range t.state.Open {
		other := &t.state.Open[i]
		waits := other.Step == step || step == StepZone && other.Step == StepPlace
		if other.ID != d.ID && waits && other.Status == DraftOpen && !other.expired(t.now) {
			other = t.touch(other)
			t.edit(other, plain(t.words("card_replaced", nil)))
			other.Card = ""
			t.advance(other)
		}
	}
}

func (t *turn) declined(d *Draft) {
	d.Status, d.Step = DraftDropped, StepDone
	d.Data = Data{Schema: schema, SaidAt: d.Data.SaidAt} // what waited for consent is not kept
	t.edit(d, plain(t.words("consent_declined", nil)))
}

// start is /start: a welcome to somebody new, the question what to resume to somebody back.
func (t *turn) start() {
	if t.person.Stopped || t.person.Consent != ConsentVersion {
		key := "hello"
		if t.person.Stopped {
			key = "welcome_back_consent"
		}
		t.say(key, locales.Args{"Name": t.person.Name, "Service": t.config.Service})
		d := t.newDraft(KindWelcome)
		d.Data.Text = ""
		t.askConsent(d)
		return
	}
	if t.resumable() > 0 {
		t.askResume()
		return
	}
	t.ready()
}

func (t *turn) ready() { t.say("ready", nil) }

// emergency is the number to call.
func (t *turn) emergency() string {
	if t.config.Emergency == "" {
		return t.words("emergency_unknown", nil)
	}
	return t.config.Emergency
}
