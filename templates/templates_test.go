package templates_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"carebell/chat"
	"carebell/locales"
	"carebell/templates"
)

func load(t *testing.T) *templates.Set {
	t.Helper()
	s, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var values = map[string]string{
	"time": "09:00", "date": "Tue 24 Nov", "name": "Ana", "message": "walk", "medication": "aspirin <100 mg>",
	"dose": "one tablet", "instructions": "with food", "appointment": "blood test", "provider": "Dr Ruiz", "place": "room 4",
	"question": "Did you sleep?", "topic": "your knee",
}

func TestEveryTemplateInEveryLanguage(t *testing.T) {
	s := load(t)
	keys := []string{templates.Reminder, templates.MedicationReminder, templates.AppointmentReminder, templates.CheckIn, templates.FollowUp}
	if len(s.All()) != len(keys) || len(s.Languages()) < 9 {
		t.Fatalf("%d templates in %v", len(s.All()), s.Languages())
	}
	for _, key := range keys {
		for _, lang := range s.Languages() {
			m, err := s.Render(key, lang, values)
			if err != nil {
				t.Errorf("%s in %s: %v", key, lang, err)
				continue
			}
			if strings.ContainsAny(m.Text, "{}[]") || m.Format != chat.HTML {
				t.Errorf("%s in %s: %q", key, lang, m.Text)
			}
			// The text names its slot, so that copies identify themselves.
			if !strings.Contains(m.Text, "09:00") || !strings.Contains(m.Text, "Tue 24 Nov") {
				t.Errorf("%s in %s does not name its slot: %q", key, lang, m.Text)
			}
			if s.Title(key, lang) == "" {
				t.Errorf("%s in %s has no title", key, lang)
			}
		}
	}
}

func TestValuesAreNeverMarkupOrTemplates(t *testing.T) {
	m, err := load(t).Render(templates.MedicationReminder, "en", map[string]string{
		"time": "09:00", "date": "Tue 24 Nov", "medication": "<b>{dose}</b> [[x]]", "dose": "5 mg"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(m.Text, "&lt;b&gt;{dose}&lt;/b&gt; [[x]]") {
		t.Errorf("rendered %q", m.Text)
	}
}

func TestOptionalParts(t *testing.T) {
	s := load(t)
	m, err := s.Render(templates.AppointmentReminder, "en", map[string]string{"time": "10:30", "date": "Thu 5 Mar", "appointment": "check"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.Text, " with ") || !strings.Contains(m.Text, "appointment: check") {
		t.Errorf("rendered %q", m.Text)
	}
}

func TestRefusals(t *testing.T) {
	s := load(t)
	if _, err := s.Render("no_such", "en", values); !errors.Is(err, templates.ErrUnknown) {
		t.Errorf("unknown key: %v", err)
	}
	if _, err := s.Render(templates.MedicationReminder, "en", map[string]string{"time": "09:00"}); err == nil || !strings.Contains(err.Error(), "medication") {
		t.Errorf("missing variable: %v", err)
	}
	if m, err := s.Render(templates.Reminder, "xx", values); err != nil || m.Text == "" {
		t.Errorf("unknown language: %q %v", m.Text, err)
	}
}

// Every language that carebell speaks has its templates, and the other way round.
func TestLanguagesOfTheCatalogue(t *testing.T) {
	c, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	spoken := c.Languages()
	slices.Sort(spoken)
	if got := load(t).Languages(); !slices.Equal(got, spoken) {
		t.Errorf("templates in %v, catalogues in %v", got, spoken)
	}
}

// A Latin name of a medicine keeps its order in an Arabic message, whatever stands around it.
func TestValuesAreIsolatedInArabic(t *testing.T) {
	s := load(t)
	m, err := s.Render(templates.MedicationReminder, "ar", map[string]string{"time": "09:00", "date": "الثلاثاء 24 نوفمبر", "medication": "aspirin", "dose": "100 mg"})
	if err != nil {
		t.Fatal(err)
	}
	want := "\u200f💊 <b>\u206809:00\u2069</b> · \u2068aspirin\u2069، \u2068100 mg\u2069\n<i>جرعة الساعة \u206809:00\u2069، \u2068الثلاثاء 24 نوفمبر\u2069</i>"
	if m.Text != want {
		t.Errorf("rendered %q, want %q", m.Text, want)
	}
	for _, lang := range s.Languages() {
		m, err := s.Render(templates.MedicationReminder, lang, values)
		if err != nil {
			t.Fatal(err)
		}
		if isolated := strings.ContainsAny(m.Text, "\u2068\u2069\u200f"); isolated != locales.RightToLeft(lang) {
			t.Errorf("%s: isolated is %v: %q", lang, isolated, m.Text)
		}
	}
}
