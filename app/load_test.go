package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"carebell/app"
	"carebell/chat"
)

func defaults(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var languages = []string{"en", "es"}

func TestDefaultsAreValid(t *testing.T) {
	s, err := app.Load(defaults(t), "", nil, languages)
	if err != nil {
		t.Fatal(err)
	}
	if s.HTTPAddr != "127.0.0.1:8080" || s.Database.Path != filepath.Join("data", "carebell.db") || s.Telegram.Token != "" ||
		s.Telegram.Endpoint != "https://api.telegram.org/bot%s/%s" || s.Delivery.RepeatAfter != 10*time.Second {
		t.Errorf("defaults: %+v", s)
	}
}

func TestEnvironmentOverridesFileOverridesDefaults(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.yaml")
	secret := filepath.Join(dir, "token")
	for path, text := range map[string]string{file: "service:\n  name: Clinic Sol\nhttp:\n  addr: 127.0.0.1:9000\n", secret: "123:abc\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := app.Load(defaults(t), file, []string{"CAREBELL_HTTP_ADDR=127.0.0.1:9001", "CAREBELL_TELEGRAM_TOKEN_FILE=" + secret,
		"CAREBELL_ADMINS=telegram:12, webchat:ab", "CAREBELL_DATABASE_URL=sqlite:/tmp/x.db", "HOME=/nowhere", "CAREBELL_TEST_POSTGRES=required"}, languages)
	if err != nil {
		t.Fatal(err)
	}
	if s.ServiceName != "Clinic Sol" || s.HTTPAddr != "127.0.0.1:9001" || s.Telegram.Token != "123:abc" || s.Database.Path != "/tmp/x.db" {
		t.Errorf("settings: %+v", s)
	}
	if len(s.Admins) != 2 || s.Admins[0] != (chat.Address{Channel: chat.Telegram, ID: "12"}) {
		t.Errorf("admins: %+v", s.Admins)
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("log:\n  levle: loud\n  format: xml\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := app.Load(defaults(t), file, []string{"CAREBELL_HTTP_ADDR=nowhere", "CAREBELL_PEOPLE_ZONE=Mars/Phobos",
		"CAREBELL_TELEGRAM_TOKEN=secret-without-colon", "CAREBELL_ADMINS=12", "CAREBELL_DELIVERY_WORKERS=0",
		"CAREBELL_DELIVERY_REPEAT_AFTER=soon", "CAREBELL_TELEGRAM_ENDPOINT=ftp://x", "CAREBELL_HTTP_ADR=1",
		"CAREBELL_TELEGRAM_TOKEN_FILE=/no/such/file"}, languages)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"log.levle in mine.yaml", "log.format in mine.yaml: found \"xml\", expected one of text, json",
		"CAREBELL_HTTP_ADDR: found \"nowhere\", expected host:port", "CAREBELL_PEOPLE_ZONE: found \"Mars/Phobos\"",
		"CAREBELL_ADMINS", "CAREBELL_DELIVERY_WORKERS", "CAREBELL_DELIVERY_REPEAT_AFTER", "CAREBELL_TELEGRAM_ENDPOINT",
		"CAREBELL_HTTP_ADR: found an unknown setting", "CAREBELL_TELEGRAM_TOKEN"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "secret-without-colon") {
		t.Errorf("the error repeats a secret:\n%v", err)
	}
}
