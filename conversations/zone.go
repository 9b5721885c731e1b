package conversations

import (
	"regexp"
	"strings"
	"time"

	"carebell/chat"
	"carebell/locales"
	"carebell/schedule"
)

// askZone is "What time is it where you are?": one tap when the guess is right.
func (t *turn) askZone(d *Draft) {
	if placeless(t.zone()) { // nobody lives in UTC: its clock would be right only by chance
		d.Step = StepPlace
		t.ask(d, plain(lines(t.words("zone_ask", nil), t.words("zone_place", nil))))
		return
	}
	d.Step = StepZone
	d.Data.Zone = t.zone().String()
	clock := t.catalogue.Clock(t.lang, t.now.In(t.zone()))
	m := plain(t.words("zone_ask", nil))
	m.Choices = [][]chat.Choice{row(
		d.button(t.words("button_it_is", locales.Args{"Clock": clock}), opZoneYes),
		d.button(t.words("button_other_place", nil), opZoneNo))}
	t.ask(d, m)
}

func (t *turn) askPlace(d *Draft) {
	d.Step = StepPlace
	t.edit(d, plain(t.words("zone_place", nil)))
}

// confirmZone is the end of the question: from now on the zone is the person's own word.
func (t *turn) confirmZone(d *Draft, zone string) {
	t.setZone(zone)
	t.edit(d, plain(lines(t.words("zone_set", locales.Args{
		"Place": t.place(zone), "Clock": t.catalogue.Clock(t.lang, t.now.In(t.zone()))}), t.keptZone(zone))))
	d.Card = ""
	t.advanceAll(d, StepZone)
}

// keptZone says where what is planned already stays: a new zone never moves a dose by itself.
func (t *turn) keptZone(zone string) string {
	for _, s := range t.state.Series {
		if planned := s.Rule.Zone().String(); planned != zone {
			return t.words("zone_kept", locales.Args{"Place": t.place(planned)})
		}
	}
	return ""
}

func (t *turn) setZone(zone string) {
	t.person.Zone, t.person.ZoneConfirmed = zone, true
	t.audit("zone_set", zone)
}

var clockAnswer = regexp.MustCompile(`^\s*(\d{1,2})[:.h](\d{2})\s*$`)

// placeAnswer reads a city, a zone's name or the local time, in answer to the zone question.
func (t *turn) placeAnswer(d *Draft, text string) {
	if m := clockAnswer.FindStringSubmatch(digits(text)); m != nil {
		t.clockAnswer(d, m[1]+":"+m[2])
		return
	}
	found := schedule.FindZones(text)
	switch {
	case len(found) == 0:
		t.say("zone_unknown_place", nil)
		d.Step = StepPlace
	case len(found) == 1:
		t.offerZone(d, found[0], text)
	default:
		t.offerZones(d, found[:min(len(found), 4)])
	}
}

// clockAnswer takes "it is 14:05" against the guessed zone: equal within a few minutes confirms it.
func (t *turn) clockAnswer(d *Draft, clock string) {
	said, err := time.Parse("15:04", clock)
	if err != nil {
		t.say("zone_unknown_place", nil)
		return
	}
	here := t.now.In(t.zone())
	difference := (said.Hour()*60 + said.Minute()) - (here.Hour()*60 + here.Minute())
	if difference >= -5 && difference <= 5 && !placeless(t.zone()) {
		t.confirmZone(d, t.zone().String())
		return
	}
	d.Step = StepPlace
	t.say("zone_city_please", nil)
}

// offerZone asks to confirm the one zone of a place, by the name that the person gave it: "München – it is
// 14:05 there. Right?"
func (t *turn) offerZone(d *Draft, zone, said string) {
	name := t.place(zone)
	if said = strings.TrimSpace(said); !strings.Contains(said, "/") && !strings.EqualFold(said, name) {
		name = capital(said)
	}
	d.Step = StepPlace
	d.Data.Options = []Option{{Zone: zone, Label: t.zoneLabel(zone, name)}}
	m := plain(t.words("zone_right", locales.Args{"Place": d.Data.Options[0].Label}))
	m.Choices = [][]chat.Choice{row(d.button(t.words("button_yes", nil), opOption(0)), d.button(t.words("button_no", nil), opZoneNo))}
	t.ask(d, m)
}

// offerZones asks which of several zones it is.
func (t *turn) offerZones(d *Draft, zones []string) {
	d.Step = StepPlace
	d.Data.Options = nil
	m := plain(t.words("zone_which", nil))
	for i, zone := range zones {
		o := Option{Zone: zone, Label: t.zoneLabel(zone, t.place(zone))}
		d.Data.Options = append(d.Data.Options, o)
		m.Choices = append(m.Choices, row(d.button(o.Label, opOption(i))))
	}
	m.Choices = append(m.Choices, row(d.button(t.words("button_other_place", nil), opZoneNo)))
	t.ask(d, m)
}

// zoneLabel is a place and what time it is there.
func (t *turn) zoneLabel(zone, name string) string {
	here, err := time.LoadLocation(zone)
	if err != nil {
		here = time.UTC
	}
	return t.words("zone_option", locales.Args{"Place": name, "Clock": t.catalogue.Clock(t.lang, t.now.In(here))})
}

// timezone is /timezone, with or without a place.
func (t *turn) timezone(text string) {
	d := t.newDraft(KindZone)
	d.Data.Text = ""
	if text != "" {
		t.placeAnswer(d, text)
		return
	}
	t.askZone(d)
}

// settings is a choice made with the channel's own controls.
func (t *turn) settings() {
	if t.update.Language != "" {
		t.person.Language = t.catalogue.Match(t.update.Language)
		t.speak(t.person.Language)
	}
	if validZone(t.update.Zone) {
		t.setZone(t.update.Zone)
	}
}

// placeless reports whether a zone is nowhere: it has no summer time, and no people.
func placeless(zone *time.Location) bool {
	name := zone.String()
	return name == "UTC" || name == "GMT" || strings.HasPrefix(name, "Etc/")
}

// place is what a person calls the city of a zone: "New York".
func (t *turn) place(zone string) string { return t.catalogue.Place(t.lang, zone) }
